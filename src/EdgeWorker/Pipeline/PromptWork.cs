using System.Text;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;
using Hybrid.Inference.Answers;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>One prompt's way on the device: route, generate, gate, settle or escalate. Thread safe.</summary>
internal sealed partial class PromptWork(
    PromptJournal journal,
    Router router,
    PromptRouting prompts,
    HeadStarts headStarts,
    LocalModels models,
    CloudLink link,
    PromptBoard board,
    RoutingOptions routing,
    PipelineOptions options,
    TimeProvider time,
    ILogger<PromptWork> logger)
{
    private static readonly TimeSpan JournalPause = TimeSpan.FromSeconds(1);

    /// <summary>Works on a prompt until it is settled or escalated.</summary>
    /// <exception cref="OperationCanceledException">The process stops; the prompt is as it was.</exception>
    public async Task DoAsync(Guid id, CancellationToken stopping)
    {
        var ahead = headStarts.Take(id);
        await using var run = ahead?.Run;
        if (await InsistAsync(id, () => Task.FromResult(journal.Find(id)), stopping) is not { } prompt || prompt.IsFinal)
        {
            board.Find(id)?.End();
            return;
        }

        CrashPoint.Hit(EdgeCrashPoints.WorkBegun);
        var token = board.BeginWork(id, stopping);
        try
        {
            // A prompt that had escalated comes here when the cloud took too long for mode CloudFirst.
            await (prompt.State == PromptState.Accepted ? FromTheStartAsync(prompt, ahead, token) : FallBackAsync(prompt, token));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Somebody settled the prompt meanwhile (deadline, caller gone) and stopped the work.
            LogStopped(id);
        }
        finally
        {
            board.EndWork(id);
        }
    }

    private async Task FromTheStartAsync(PromptRecord prompt, (RouteDecision Decision, LocalRun Run)? ahead, CancellationToken cancellationToken)
    {
        var decision = ahead?.Decision ?? await prompts.DecideAsync(prompt, cancellationToken);
        LogDecision(prompt.Id, decision.Route, decision.Reason, decision.Detail);
        switch (decision.Route)
        {
            case null:
                await SettleAsync(prompt, Settlement.Failed(decision.Reason, decision.Detail) with { Detail = decision.Detail }, cancellationToken);
                break;
            case PromptRoute.Cloud:
                await EscalateAsync(prompt, decision, null, cancellationToken);
                break;
            default:
                await AnswerLocallyAsync(prompt, decision, ahead?.Run, cancellationToken);
                break;
        }
    }

    private async Task AnswerLocallyAsync(PromptRecord prompt, RouteDecision decision, LocalRun? ahead, CancellationToken cancellationToken)
    {
        var gated = decision.CloudAllowed && routing.Mode == RouteMode.LocalFirst;
        // Whom nothing is shown beforehand loses nothing by the gate.
        var watched = board.Find(prompt.Id);
        var early = !gated || (options.Streaming == StreamingMode.Early && watched is not null);
        var stream = early ? watched : null;
        LocalAnswer answer;
        try
        {
            await using var own = ahead is null ? prompts.Begin(prompt.Messages, prompt.Options, decision.Reason) : null;
            answer = await ReadAsync(ahead ?? own!, prompt, stream, cancellationToken);
        }
        catch (Exception exception) when (LocalFailure.Of(exception) is { } failure)
        {
            LogLocalFailed(prompt.Id, failure.ForLog);
            if (gated && stream is not { HasBegun: true }
                && (prompt.WaitOffline || await link.IsReachableAsync(options.LinkPatience, time, cancellationToken)))
            {
                await EscalateAsync(prompt, decision with { Reason = failure.Reason, Detail = failure.Message }, null, cancellationToken);
            }
            else if (failure.IsOfThePrompt && (gated || decision.Reason == ReasonCode.Offline))
            {
                // The cloud might have taken it: what is asked again later may be answered.
                var constraints = Router.NoRoute($"local: {failure.Reason}: {failure.Message}; cloud: {Router.Unreachable}").Detail;
                await SettleAsync(prompt, Settlement.Failed(ReasonCode.NoRoute, constraints) with { Detail = constraints }, cancellationToken);
            }
            else
            {
                await SettleAsync(prompt, Settlement.Failed(failure.Reason, failure.Message), cancellationToken);
            }

            return;
        }

        if (decision.Reason == ReasonCode.Offline && routing.Mode == RouteMode.LocalFirst)
        {
            // That the cloud is away changed nothing for an answer that would have stayed here anyway.
            var outcome = router.IsSure(answer.Confidence)
                ? Outcome(answer, ReasonCode.Mode, $"mode {routing.Mode}")
                : Outcome(answer, ReasonCode.Offline, $"{Threshold(answer)}; {decision.Detail}");
            await SettleAsync(prompt, outcome, cancellationToken);
        }
        else if (!gated || router.IsSure(answer.Confidence))
        {
            await SettleAsync(prompt, Outcome(answer, decision.Reason, decision.Detail), cancellationToken);
        }
        else if (early)
        {
            await SettleAsync(prompt, Outcome(answer, ReasonCode.Unsure, "streamed at once, so the confidence was only recorded"), cancellationToken);
        }
        else if (prompt.WaitOffline || await link.IsReachableAsync(options.LinkPatience, time, cancellationToken))
        {
            await EscalateAsync(prompt, decision with { Reason = ReasonCode.Unsure, Detail = Threshold(answer) }, answer, cancellationToken);
        }
        else
        {
            await SettleAsync(
                prompt, Outcome(answer, ReasonCode.Offline, $"{Threshold(answer)}; the queue cannot be reached, so the draft is the answer"), cancellationToken);
        }
    }

    private string Threshold(LocalAnswer answer) => answer.Confidence is { } confidence
        ? string.Create(
            System.Globalization.CultureInfo.InvariantCulture, $"confidence {confidence:F3} is below {routing.ConfidenceThreshold:F3}")
        : "the confidence is unavailable";

    private async Task FallBackAsync(PromptRecord prompt, CancellationToken cancellationToken)
    {
        if (models.Client is null)
        {
            // It escalated before a restart in mode CloudOnly: the cloud or the deadline decides.
            return;
        }

        try
        {
            // Nothing is shown before it is the outcome: the cloud may still be faster.
            await using var run = prompts.Begin(prompt.Messages, prompt.Options, ReasonCode.CloudLate);
            var answer = await ReadAsync(run, prompt, null, cancellationToken);
            CrashPoint.Hit(EdgeCrashPoints.FallbackBefore);
            await SettleAsync(prompt, Outcome(answer, ReasonCode.CloudLate, $"no answer from the cloud within {options.CloudWait}"), cancellationToken);
        }
        catch (Exception exception) when (LocalFailure.Of(exception) is { } failure)
        {
            // The cloud may still answer; the deadline decides.
            LogLocalFailed(prompt.Id, failure.ForLog);
        }
    }

    private async Task<LocalAnswer> ReadAsync(LocalRun run, PromptRecord prompt, PromptStream? stream, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        AnswerSummary? summary = null;
        List<TokenProbability>? tokens = prompt.Options?.TopLogProbs is null ? null : [];
        await foreach (var update in run.ReadAsync(cancellationToken))
        {
            IReadOnlyList<TokenProbability>? news = tokens is null ? null : LocalModels.TokensOf(update);
            tokens?.AddRange(news!);
            if (update.Text.Length > 0 || news is { Count: > 0 })
            {
                // What is shown is what the journal will have.
                var piece = SqliteCommands.Storable(update.Text);
                text.Append(piece);
                stream?.Write(new AnswerDelta(piece, news));
            }

            summary = AnswerSummary.Of(update) ?? summary;
        }

        CrashPoint.Hit(EdgeCrashPoints.ModelAnswered);
        return new LocalAnswer(
            text.ToString(),
            models.Name!,
            summary?.Confidence is { } confidence ? Math.Exp(confidence.Mean) : null,
            summary is null ? null : new TokenUsage(summary.PromptTokens, summary.OutputTokens),
            summary?.End == AnswerEnd.Length ? "length" : "stop",
            tokens);
    }

    private static Settlement Outcome(LocalAnswer answer, ReasonCode reason, string? detail) => new()
    {
        State = PromptState.Answered,
        Route = PromptRoute.Local,
        Reason = reason,
        Detail = detail,
        Confidence = answer.Confidence,
        Answer = answer.Text,
        Model = answer.Model,
        Usage = answer.Usage,
        FinishReason = answer.FinishReason,
        Parts = answer.LogProbs is null ? null : new AnswerParts(null, answer.LogProbs),
    };

    private async Task EscalateAsync(PromptRecord prompt, RouteDecision decision, LocalAnswer? draft, CancellationToken cancellationToken)
    {
        DateTimeOffset? fallback = routing.Mode == RouteMode.CloudFirst && decision.LocalAllowed ? time.GetUtcNow() + options.CloudWait : null;
        var step = new EscalationStep(decision.Reason, decision.Detail, draft?.Confidence, draft?.Text, draft?.Model, fallback, draft?.FinishReason, draft?.LogProbs);
        CrashPoint.Hit(EdgeCrashPoints.EscalateBefore);
        await InsistAsync(prompt.Id, () => journal.EscalateAsync(prompt, step), cancellationToken);
        CrashPoint.Hit(EdgeCrashPoints.EscalateCommitted);
    }

    private async Task SettleAsync(PromptRecord prompt, Settlement outcome, CancellationToken cancellationToken)
    {
        CrashPoint.Hit(EdgeCrashPoints.SettleBefore);
        await InsistAsync(prompt.Id, () => journal.SettleAsync(prompt, outcome), cancellationToken);
        CrashPoint.Hit(EdgeCrashPoints.SettleCommitted);
        board.Find(prompt.Id)?.End();
    }

    /// <summary>Tries until the journal takes it: what was generated, and perhaps shown, is not generated again because a disk was full for a while.</summary>
    private async Task<T> InsistAsync<T>(Guid id, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await work();
            }
            catch (JournalException exception)
            {
                LogJournalFailed(id, exception.Message);
                await Task.Delay(JournalPause, time, cancellationToken);
            }
        }
    }

    [LoggerMessage(2001, LogLevel.Debug, "{PromptId} goes {Route} ({Reason}): {Detail}")]
    private partial void LogDecision(Guid promptId, PromptRoute? route, ReasonCode reason, string detail);

    [LoggerMessage(2002, LogLevel.Error, "The journal fails the work on {PromptId}: {Message} It is tried again.")]
    private partial void LogJournalFailed(Guid promptId, string message);

    [LoggerMessage(3001, LogLevel.Warning, "The local model could not answer {PromptId}: {Message}")]
    private partial void LogLocalFailed(Guid promptId, string message);

    [LoggerMessage(3002, LogLevel.Debug, "Work on {PromptId} was stopped; it has its outcome already.")]
    private partial void LogStopped(Guid promptId);
}
