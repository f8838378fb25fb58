using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Waits for outcomes.</summary>
internal sealed class OutcomeWait(PromptJournal journal, Closing closing, TimeProvider time)
{
    /// <summary>The prompt as it is once it is settled, when the time is over, or when the device stops.</summary>
    public async Task<PromptRecord> ForAsync(Guid id, TimeSpan most, CancellationToken cancellationToken)
    {
        if (most == TimeSpan.Zero)
        {
            return journal.Find(id)!;
        }

        // First the bell, then the look: what is settled in between rings.
        var settled = journal.Settled.Of(id);
        var prompt = journal.Find(id)!;
        if (prompt.IsFinal)
        {
            journal.Settled.Settle(id);
            return prompt;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, closing.Token);
        try
        {
            await settled.WaitAsync(most, time, end.Token);
        }
        catch (TimeoutException)
        {
            // The caller gets what there is.
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The device stops; the caller gets what there is.
        }

        return journal.Find(id)!;
    }
}
