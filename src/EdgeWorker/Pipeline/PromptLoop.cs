using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Microsoft.Extensions.Hosting;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Works on accepted prompts, several at once; begins with what an earlier run left behind.</summary>
internal sealed class PromptLoop(PromptJournal journal, PromptQueue queue, PromptWork work, PipelineOptions options) : BackgroundService
{
    /// <summary>What an earlier run left is sorted before the door opens, so that nothing newly accepted is taken for it.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await RecoverAsync();
        CrashPoint.Hit(EdgeCrashPoints.Recovered);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        await Task.WhenAll(
            Enumerable.Repeat(PromptKind.Interactive, options.InteractiveConcurrency)
                .Concat(Enumerable.Repeat(PromptKind.Batch, options.BatchConcurrency))
                .Select(kind => WorkAsync(kind, stoppingToken)));
    }

    /// <summary>A batch prompt is worked on again. The caller of an interactive one went with the process that had accepted it.</summary>
    private async Task RecoverAsync()
    {
        foreach (var prompt in journal.Unfinished())
        {
            CrashPoint.Hit(EdgeCrashPoints.RecoverBefore);
            if (prompt.Kind == PromptKind.Batch)
            {
                queue.Add(prompt.Id, prompt.Kind);
            }
            else
            {
                await journal.SettleAsync(prompt, Settlement.Failed(ReasonCode.Cancelled, "The device stopped before there was an answer; its caller is gone."));
            }
        }
    }

    private async Task WorkAsync(PromptKind kind, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await work.DoAsync(await queue.TakeAsync(kind, stoppingToken), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }
}
