using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Prunes what is old and gives the space back, in steps so small that accepting goes on between them.</summary>
internal sealed partial class JournalSweep(PromptJournal journal, JournalOptions options, TimeProvider time, ILogger<JournalSweep> logger)
    : BackgroundService
{
    private const int PromptsAtOnce = 32;
    private const int AnswersAtOnce = 128;
    private const int PagesAtOnce = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                try
                {
                    await SweepAsync(stoppingToken);
                }
                catch (JournalException exception)
                {
                    LogJournalFailed(exception.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    /// <summary>One round.</summary>
    /// <exception cref="JournalException">The journal cannot be written; what had been pruned before stays so.</exception>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var settledBefore = time.GetUtcNow() - options.KeepSettled;
        var (prompts, last) = (0, PrunablePrompt.None);
        while (journal.Prunable(settledBefore, last, PromptsAtOnce) is { Count: > 0 } batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await journal.PruneAsync(batch, settledBefore);
            prompts += batch.Count;
            last = batch[^1];
        }

        while (await journal.ForgetAnswersAsync(AnswersAtOnce) == AnswersAtOnce)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        // Free pages are also what the outbox leaves behind after an outage.
        while (journal.HasFreePages() && await journal.GiveSpaceBackAsync(PagesAtOnce) > 0)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }

        journal.Checkpoint();
        if (prompts > 0)
        {
            LogPruned(prompts, journal.Use().Bytes);
        }
    }

    [LoggerMessage(4201, LogLevel.Information, "{Prompts} settled prompts were old enough and are pruned; the journal uses {Bytes} bytes.")]
    private partial void LogPruned(int prompts, long bytes);

    [LoggerMessage(4202, LogLevel.Error, "The journal cannot be pruned: {Message}")]
    private partial void LogJournalFailed(string message);
}
