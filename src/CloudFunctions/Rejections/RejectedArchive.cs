using System.Security.Cryptography;
using Hybrid.CloudFunctions.Answers;
using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.DeadLetters;

namespace Hybrid.CloudFunctions.Rejections;

/// <summary>Lets an operator look at what was put aside, and send it again.</summary>
internal sealed class RejectedArchive(IMessageTransport transport, DeadLetterStore letters, OutcomeStore outcomes)
{
    private const int Batch = 32;
    private const int IdLength = 12;

    /// <summary>Queues cannot be read without holding their messages; nobody else misses these for so long.</summary>
    private static readonly TimeSpan Hold = TimeSpan.FromMinutes(2);

    private static readonly QueueAddress[] Queues =
        [QueueAddress.Rejected, RejectedMessages.EscalationsPoison, RejectedMessages.RejectedPoison];

    /// <summary>Takes everything that lies on the queues; to be given back with <see cref="GiveBackAsync"/>.</summary>
    /// <exception cref="MessagingException">The storage account did not answer.</exception>
    public async Task<List<RejectedEntry>> TakeAsync(CancellationToken cancellationToken)
    {
        var entries = new List<RejectedEntry>();
        foreach (var address in Queues)
        {
            var queue = transport.Open(address);
            IReadOnlyList<ReceivedMessage> messages;
            do
            {
                messages = await ReceiveAsync(queue, cancellationToken);
                foreach (var message in messages)
                {
                    entries.Add(await ReadAsync(address, message, cancellationToken));
                }
            }
            while (messages.Count > 0);
        }

        return entries;
    }

    /// <summary>Lets go of what was not replayed.</summary>
    public async Task GiveBackAsync(IEnumerable<RejectedEntry> entries, CancellationToken cancellationToken)
    {
        foreach (var entry in entries)
        {
            await transport.Open(entry.Queue).AbandonAsync(entry.Message, TimeSpan.Zero, cancellationToken);
        }
    }

    /// <summary>Sends an original to <c>escalations</c> again.</summary>
    /// <param name="entry">The message.</param>
    /// <param name="discardOutcome">Whether a recorded failure is taken back, so that the model is asked again.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MessagingException">The storage account did not answer, or the original does not fit a message.</exception>
    public async Task<ReplayEnd> ReplayAsync(RejectedEntry entry, bool discardOutcome, CancellationToken cancellationToken)
    {
        if (entry.Outcome is { Outcome: not CloudOutcome.Failed })
        {
            return ReplayEnd.Answered;
        }

        if (entry.Outcome is not null)
        {
            if (!discardOutcome)
            {
                return ReplayEnd.HasOutcome;
            }

            await outcomes.DiscardAsync(entry.Outcome.DeviceId, entry.Outcome.PromptId, cancellationToken);
        }

        // An id of its own each time: a broker that drops duplicates would drop a replay under the original's id, or under that of the last
        // replay, and nobody would know.
        var message = new OutgoingMessage($"replay-{Guid.NewGuid():N}", entry.Letter.Original);
        await EnsuredSend.RunAsync(
            transport,
            QueueAddress.Escalations,
            () => transport.Open(QueueAddress.Escalations).SendAsync(message, cancellationToken),
            cancellationToken);
        // Sent first: a crash in between replays it twice, which is harmless, and never loses it.
        await transport.Open(entry.Queue).CompleteAsync(entry.Message, cancellationToken);
        await letters.PurgeAsync(entry.Message.Body, cancellationToken);
        return ReplayEnd.Replayed;
    }

    private static async Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(IMessageQueue queue, CancellationToken cancellationToken)
    {
        try
        {
            return await queue.ReceiveAsync(Batch, Hold, TimeSpan.Zero, cancellationToken);
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            // Nothing was ever put aside.
            return [];
        }
    }

    private async Task<RejectedEntry> ReadAsync(QueueAddress address, ReceivedMessage message, CancellationToken cancellationToken)
    {
        DeadLetter letter;
        try
        {
            letter = await letters.ReadAsync(message.Body, cancellationToken);
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            letter = new DeadLetter(new DeadLetterReason(RejectionCodes.ClaimMissing, exception.Message), message.Body);
        }

        var head = EscalationHead.Read(letter.Original);
        var outcome = head.Ids is { } ids ? await outcomes.FindAsync(ids.DeviceId, ids.PromptId, cancellationToken) : null;
        var id = Convert.ToHexStringLower(SHA256.HashData(letter.Original.Span))[..IdLength];
        return new RejectedEntry(id, address, message, letter, head, outcome?.Answer);
    }
}
