using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Hybrid.Contracts;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Models;

/// <summary>Asks the large model, and is the one layer that retries.</summary>
/// <remarks>
/// A call that runs when the prompt's deadline passes is left to finish, since it is paid and its cost must be counted; a further attempt
/// is not begun. Thread safe.
/// </remarks>
internal sealed partial class LargeModel(
    ModelSource source, ModelOptions options, PriceList prices, TimeProvider time, ILogger<LargeModel> logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Asks.</summary>
    /// <param name="prompt">What is asked.</param>
    /// <param name="cancellationToken">Cancels the call too.</param>
    /// <exception cref="ModelUnavailableException">Every attempt failed in a way that may pass.</exception>
    [SuppressMessage(
        "Design", "CA1031", Justification = "Clients throw what they like; everything is judged by ModelFault, and nothing is swallowed.")]
    public async Task<ModelAnswer> AskAsync(EscalationData prompt, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            var left = options.TotalTime - time.GetElapsedTime(begun);
            var limit = left < options.CallTimeout ? left : options.CallTimeout;
            using var timer = new CancellationTokenSource(limit, time);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
            ModelFault fault;
            try
            {
                var client = await source.GetAsync(stop.Token);
                return Read(prompt, await client.GetResponseAsync(ModelRequest.Messages(prompt), ModelRequest.Options(prompt.Options), stop.Token));
            }
            catch (Exception exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                fault = timer.IsCancellationRequested ? ModelFault.Timeout(limit) : ModelFault.Of(exception, time);
            }

            switch (fault.Kind)
            {
                case FaultKind.Filtered:
                    return new ModelAnswer(CloudOutcome.Filtered, null, options.Name, Error: new OutcomeError(fault.Code, fault.Message));
                case FaultKind.Permanent:
                    return new ModelAnswer(CloudOutcome.Failed, null, options.Name, Error: new OutcomeError(fault.Code, fault.Message));
            }

            var pause = PauseAfter(attempt, fault);
            if (fault.Kind == FaultKind.Unreadable
                || time.GetElapsedTime(begun) + pause >= options.TotalTime
                || time.GetUtcNow() + pause >= prompt.Deadline)
            {
                throw new ModelUnavailableException(fault.Code, fault.Message);
            }

            LogRetry(logger, prompt.PromptId, attempt, fault.Code, pause);
            await Task.Delay(pause, time, cancellationToken);
        }
    }

    /// <summary>The server's wish, or twice as long each time with jitter, so that many prompts do not come back together.</summary>
    private static TimeSpan PauseAfter(int attempt, ModelFault fault)
    {
        var longest = Math.Min(LongestPause.TotalSeconds, FirstPause.TotalSeconds * Math.Pow(2, attempt - 1));
        return fault.RetryAfter ?? TimeSpan.FromSeconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
    }

    private ModelAnswer Read(EscalationData prompt, ChatResponse response)
    {
        var usage = response.Usage is { } counts ? new TokenUsage(counts.InputTokenCount ?? 0, counts.OutputTokenCount ?? 0) : null;
        var cost = prices.CostOf([response.ModelId, options.Name], usage);
        var model = string.IsNullOrEmpty(response.ModelId) ? options.Name : response.ModelId;
        var reason = response.FinishReason?.Value;
        if (response.FinishReason == ChatFinishReason.ContentFilter)
        {
            return new ModelAnswer(CloudOutcome.Filtered, null, model, usage, cost, reason, new OutcomeError(
                ReasonCode.Filtered.Value, "The provider's content filter cut the answer off."));
        }

        var calls = ModelReply.ToolCalls(response);
        if (calls is null && response.Text.Length == 0 && ModelReply.Refusal(response) is { } refusal)
        {
            // In words where words were asked for. They are no JSON, and whoever asked for that reads the answer with a program.
            return prompt.Options?.Json == true
                ? new ModelAnswer(CloudOutcome.Filtered, null, model, usage, cost, reason, new OutcomeError(
                    ReasonCode.Filtered.Value, $"The model declined to answer: {refusal}"))
                : new ModelAnswer(CloudOutcome.Answered, refusal, model, usage, cost, reason);
        }

        return prompt.Options?.Json == true && calls is null && response.FinishReason != ChatFinishReason.Length && !IsJson(response.Text)
            // Paid for, and of no use: whoever asked for JSON reads it with a program.
            ? new ModelAnswer(CloudOutcome.Failed, null, model, usage, cost, reason, new OutcomeError(
                "invalid_json", "The model's answer is not the JSON that was asked for."))
            : new ModelAnswer(
                CloudOutcome.Answered, response.Text, model, usage, cost, reason, ToolCalls: calls,
                LogProbs: prompt.Options?.TopLogProbs is null ? null : ModelReply.LogProbs(response));
    }

    private static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [LoggerMessage(
        EventId = 6010, Level = LogLevel.Warning,
        Message = "Attempt {Attempt} at prompt {PromptId} failed with {Code}; the next follows in {Pause}.")]
    private static partial void LogRetry(ILogger logger, Guid promptId, int attempt, string code, TimeSpan pause);
}
