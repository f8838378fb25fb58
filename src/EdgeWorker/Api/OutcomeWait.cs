using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Waits for outcomes.</summary>
internal static class OutcomeWait
{
    /// <summary>The prompt as it is once it is settled, or when the time is over.</summary>
    public static async Task<PromptRecord> ForAsync(PromptJournal journal, Guid id, TimeSpan most, TimeProvider time, CancellationToken cancellationToken)
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

        try
        {
            await settled.WaitAsync(most, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The caller gets what there is.
        }

        return journal.Find(id)!;
    }
}
