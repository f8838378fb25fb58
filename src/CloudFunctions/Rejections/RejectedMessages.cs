using System.Security.Cryptography;
using Hybrid.CloudFunctions.Answers;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.DeadLetters;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Rejections;

/// <summary>Puts messages aside with their reason. A custom handler cannot dead-letter, so this is done by sending. Thread safe.</summary>
internal sealed partial class RejectedMessages(IMessageTransport transport, DeadLetterStore store, ILogger<RejectedMessages> logger)
{
    /// <summary>
    /// Where the Functions host, the broker and our pump put escalations that were delivered too often; over Service Bus the dead-letter
    /// queue of <c>escalations</c>.
    /// </summary>
    public static QueueAddress EscalationsPoison { get; } = new("escalations-poison");

    /// <summary>The same of <see cref="QueueAddress.Rejected"/>. It fills only over Service Bus, where each look counts as a delivery.</summary>
    public static QueueAddress RejectedPoison { get; } = new("escalations-rejected-poison");

    /// <summary>
    /// Where results are put that nobody can read. A queue of its own on every transport: to a dead-letter queue of Service Bus nothing can
    /// be sent.
    /// </summary>
    public static QueueAddress ResultsPoison { get; } = new("results-poison");

    /// <summary>Puts a message aside; returns when the broker has it safely.</summary>
    public async Task PutAsync(
        QueueAddress address, DeadLetterReason reason, ReadOnlyMemory<byte> original, CancellationToken cancellationToken)
    {
        var id = Convert.ToHexStringLower(SHA256.HashData(original.Span).AsSpan(0, 16));
        var body = await store.WrapAsync(address.Name, id, reason, original, transport.Abilities.MaxBodyBytes, cancellationToken);
        var message = new OutgoingMessage(id, body);
        CrashPoint.Hit(CloudCrashPoints.RejectBefore);
        await EnsuredSend.RunAsync(
            transport, address, () => transport.Open(address).SendAsync(message, cancellationToken), cancellationToken);
        CrashPoint.Hit(CloudCrashPoints.Rejected);
        LogPutAside(logger, address.Name, reason.Code, reason.Detail);
    }

    [LoggerMessage(EventId = 6030, Level = LogLevel.Error, Message = "A message was put aside on {Queue}: {Reason}. {Detail}")]
    private static partial void LogPutAside(ILogger logger, string queue, string reason, string detail);
}
