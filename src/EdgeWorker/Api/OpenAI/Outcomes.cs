using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Routing;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>What a prompt's outcome is in OpenAI's words: an answer, or an error with its status.</summary>
internal static class Outcomes
{
    /// <summary>The finish reasons OpenAI's clients know.</summary>
    private static readonly string[] FinishReasons = ["stop", "length", "tool_calls", "content_filter", "function_call"];

    /// <summary>OpenAI's code for a prompt that is too long.</summary>
    public const string ContextLength = "context_length_exceeded";

    /// <summary>The answer of an answered prompt.</summary>
    public static CallAnswer Answer(PromptRecord prompt, AnswerParts? parts)
    {
        var calls = parts?.ToolCalls is { Count: > 0 } wishes ? wishes : null;
        return new CallAnswer(
            prompt.Answer ?? "", Known(prompt.FinishReason) ?? (calls is null ? "stop" : "tool_calls"),
            new HybridNote(prompt.Id, prompt.Route, prompt.Reason?.Value, prompt.Confidence, prompt.AnswerModel, IsDraft(prompt) ? true : null),
            prompt.Usage, calls, parts?.LogProbs);
    }

    /// <summary>Whether the deadline made the local draft the answer.</summary>
    private static bool IsDraft(PromptRecord prompt) => prompt.Route == PromptRoute.Local && prompt.Reason == ReasonCode.Deadline;

    /// <summary>The local draft of a prompt the cloud has not answered in time.</summary>
    public static CallAnswer Draft(PromptRecord prompt, AnswerParts? parts, TokenUsage? usage) => new(
        prompt.Draft!, Known(prompt.FinishReason) ?? "stop",
        new HybridNote(prompt.Id, PromptRoute.Local, ReasonCode.CloudLate.Value, prompt.Confidence, prompt.DraftModel, Draft: true),
        usage, LogProbs: parts?.LogProbs);

    /// <summary>The cloud has not answered in time, and there is no draft, or none is wanted.</summary>
    public static CallFailure Late(Guid prompt, TimeSpan waited) => new(
        StatusCodes.Status504GatewayTimeout,
        OpenAIErrors.Of(
            StatusCodes.Status504GatewayTimeout,
            $"The cloud has not answered within {waited}. The prompt goes on: its outcome will be at /hybrid/prompts/{prompt}, and the same request "
            + "sent again waits for it instead of asking anew.",
            "cloud_timeout"));

    /// <summary>The device is being stopped.</summary>
    public static CallFailure Stopping { get; } = new(
        StatusCodes.Status503ServiceUnavailable,
        OpenAIErrors.Of(StatusCodes.Status503ServiceUnavailable, "The device is being stopped. Try again when it runs.", "stopping"));

    /// <summary>Why a prompt has no answer.</summary>
    public static CallFailure Failure(PromptRecord prompt)
    {
        var reason = prompt.Reason ?? ReasonCode.LocalError;
        var said = prompt.Error?.Message ?? "There is no answer.";
        var detail = prompt.Detail ?? said;
        if (prompt.State == PromptState.Expired || reason == ReasonCode.Deadline)
        {
            return Of(StatusCodes.Status504GatewayTimeout, said, "deadline");
        }

        if (reason == ReasonCode.NoRoute)
        {
            return NoRoute(detail);
        }

        if (reason == ReasonCode.CloudError && prompt.Error?.Code is { } cause)
        {
            // What the prompt itself was too much for, the caller can mend.
            if (cause == ReasonCode.Unsupported.Value)
            {
                return Of(StatusCodes.Status400BadRequest, said, cause, param: prompt.Options?.Tools is null ? FormatOf(prompt.Options) : null);
            }

            if (cause == ReasonCode.TooLong.Value || cause == ContextLength)
            {
                return TooLong(said);
            }
        }

        return reason switch
        {
            _ when reason == ReasonCode.TooLong => TooLong(said),
            _ when reason == ReasonCode.Filtered => Of(StatusCodes.Status400BadRequest, said, "content_filter"),
            _ when reason == ReasonCode.Unsupported => Of(StatusCodes.Status400BadRequest, said, "unsupported", param: FormatOf(prompt.Options)),
            _ when reason == ReasonCode.Cancelled =>
                Of(StatusCodes.Status503ServiceUnavailable, "The prompt was cancelled before there was an answer.", "cancelled", isFinal: false),
            _ when reason == ReasonCode.LocalError => Of(
                StatusCodes.Status500InternalServerError, "The local model could not answer; the device's log has the reason.", reason.Value, isFinal: false),
            _ when reason == ReasonCode.Damaged => Of(StatusCodes.Status500InternalServerError, said, reason.Value),
            _ => Of(StatusCodes.Status502BadGateway, $"The cloud could not answer: {said}", reason.Value),
        };
    }

    /// <summary>Models on ONNX Runtime take every other option, tools apart; what they cannot promise is a form of the answer.</summary>
    private static string? FormatOf(PromptOptions? options) => options switch
    {
        { Schema: not null } => RequestParams.Schema,
        { Json: true } => RequestParams.Json,
        _ => null,
    };

    private static string? Known(string? finish) => finish is not null && FinishReasons.Contains(finish) ? finish : null;

    /// <summary>No route: whose fault that is, its constraints tell.</summary>
    private static CallFailure NoRoute(string detail) =>
        // What is too much for the device may be answered when the cloud is back.
        detail.Contains(Router.Unreachable, StringComparison.Ordinal)
            ? Of(StatusCodes.Status503ServiceUnavailable, $"There is no model for this prompt now: {detail}.", ReasonCode.Offline.Value, isFinal: false)
            : detail.Contains($"{ReasonCode.TooLong}: ", StringComparison.Ordinal) ? TooLong($"There is no model for this prompt: {detail}.")
            : Of(StatusCodes.Status400BadRequest, $"There is no model for this prompt: {detail}.", ReasonCode.NoRoute.Value);

    private static CallFailure TooLong(string message) => new(
        StatusCodes.Status400BadRequest,
        OpenAIErrors.Of(StatusCodes.Status400BadRequest, message, ContextLength, "messages"),
        IsFinal: true);

    private static CallFailure Of(int status, string message, string code, bool isFinal = true, string? param = null) =>
        new(status, OpenAIErrors.Of(status, message, code, param), isFinal);
}
