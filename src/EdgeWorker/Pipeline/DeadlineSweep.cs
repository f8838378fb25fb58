using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Alone decides that a prompt's time is over, and hands slow cloud answers to the local model in mode CloudFirst.</summary>
internal sealed partial class DeadlineSweep(
    PromptJournal journal, PromptBoard board, PromptQueue queue, LocalModels models, PipelineOptions options, TimeProvider time,
    ILogger<DeadlineSweep> logger)
    : BackgroundService
{
    private const int MostAtOnce = 256;

    private readonly HashSet<Guid> _fallingBack = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var timer = new PeriodicTimer(options.SweepInterval, time);
        try
        {
            do
            {
                await SweepAsync();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    private async Task SweepAsync()
    {
        try
        {
            await journal.FollowClockAsync();
            foreach (var prompt in journal.Due(MostAtOnce))
            {
                CrashPoint.Hit(EdgeCrashPoints.SweepBefore);
                await journal.SettleAsync(prompt, OutcomeOf(prompt));
                CrashPoint.Hit(EdgeCrashPoints.SweepCommitted);
                board.CancelWork(prompt.Id);
                board.Find(prompt.Id)?.End();
                LogDue(prompt.Id);
            }

            var due = journal.FallbackDue(MostAtOnce);
            _fallingBack.IntersectWith(due.Select(prompt => prompt.Id));
            foreach (var prompt in due.Where(prompt => _fallingBack.Add(prompt.Id)))
            {
                queue.Add(prompt.Id, prompt.Kind);
            }
        }
        catch (JournalException exception)
        {
            LogJournalFailed(exception.Message);
        }
    }

    private Settlement OutcomeOf(PromptRecord prompt) => prompt.Draft is { } draft && options.OnDeadline == DeadlineOutcome.Draft
        ? new Settlement
        {
            State = PromptState.Answered,
            Route = PromptRoute.Local,
            Reason = ReasonCode.Deadline,
            Detail = "no answer from the cloud before the deadline, so the draft is the answer",
            Answer = draft,
            Model = prompt.DraftModel,
            Usage = models.UsageOf(prompt.Messages, draft),
            FinishReason = prompt.FinishReason,
            Parts = prompt.Options?.TopLogProbs is null ? null : journal.Parts(prompt.Id),
        }
        : new Settlement
        {
            State = PromptState.Expired,
            Reason = ReasonCode.Deadline,
            Error = new OutcomeError(ReasonCode.Deadline.Value, "The deadline passed before there was an answer."),
        };

    [LoggerMessage(2201, LogLevel.Information, "The deadline of {PromptId} has passed.")]
    private partial void LogDue(Guid promptId);

    [LoggerMessage(2202, LogLevel.Error, "Deadlines cannot be recorded: {Message}")]
    private partial void LogJournalFailed(string message);
}
