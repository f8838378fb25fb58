using Hybrid.CloudFunctions.Diagnostics;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.Events;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>Tells a device its prompt's outcome. The event only repeats the blob, and is the same each time; its message is a new one. Thread safe.</summary>
internal sealed class AnswerSender(EventSender sender, IMessageTransport transport)
{
    /// <summary>Sends; does nothing for prompts without a device.</summary>
    /// <param name="outcome">The final outcome.</param>
    /// <param name="traceParent">The trace the escalation came with.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task SendAsync(StoredOutcome outcome, string? traceParent, CancellationToken cancellationToken)
    {
        var answer = outcome.Answer;
        if (answer.DeviceId == DeviceIds.Direct)
        {
            return;
        }

        var body = EventFormat.Write(EventFormat.Create(
            $"answer-{answer.PromptId:N}",
            CloudDiagnostics.Source,
            EventTypes.Answer,
            answer.PromptId,
            outcome.StoredAt,
            answer,
            traceParent));
        var address = QueueAddress.Answers(answer.DeviceId);
        // Who asks again gets the answer again: a broker that drops duplicates must not take it for one. What the device has already, it drops.
        var messageId = $"answer-{answer.PromptId:N}-{Guid.NewGuid():N}";
        CrashPoint.Hit(CloudCrashPoints.AnswerBefore);
        await EnsuredSend.RunAsync(transport, address, () => sender.SendAsync(address, body, messageId, cancellationToken), cancellationToken);
        CrashPoint.Hit(CloudCrashPoints.AnswerSent);
    }
}
