using Microsoft.Extensions.AI;

namespace Hybrid.Inference.Answers;

/// <summary>What is known of an answer once it is complete.</summary>
public sealed record AnswerSummary
{
    private const string PropertyName = "hybrid.summary";

    /// <summary>Why it ended.</summary>
    public required AnswerEnd End { get; init; }

    /// <summary>The stop sequence that ended it, or null.</summary>
    public string? StopSequence { get; init; }

    /// <summary>Length of the prompt in tokens.</summary>
    public required int PromptTokens { get; init; }

    /// <summary>Prompt tokens that cost nothing because an earlier prompt began alike.</summary>
    public required int ReusedTokens { get; init; }

    /// <summary>Length of the answer in tokens, an end token not counted.</summary>
    public required int OutputTokens { get; init; }

    /// <summary>How sure the model was; null when it generated nothing, or when its runtime does not tell.</summary>
    public required AnswerConfidence? Confidence { get; init; }

    /// <summary>The answer's tokens with their log-probabilities, in order; empty unless asked for.</summary>
    public required IReadOnlyList<TokenLogProbability> Tokens { get; init; }

    /// <summary>From the request to the first work on it.</summary>
    public required TimeSpan Waited { get; init; }

    /// <summary>From the first work to the first token.</summary>
    public required TimeSpan Prefill { get; init; }

    /// <summary>From the first token to the end.</summary>
    public required TimeSpan Decode { get; init; }

    /// <summary>Answer tokens per second after the first; 0 where there were fewer than two.</summary>
    public double TokensPerSecond => OutputTokens > 1 && Decode > TimeSpan.Zero ? (OutputTokens - 1) / Decode.TotalSeconds : 0;

    /// <summary>The summary of a local model's response.</summary>
    /// <param name="response">A whole response of <see cref="LocalChatClient"/>, plain or put together from updates.</param>
    /// <returns>The summary, or null where the response came from elsewhere.</returns>
    public static AnswerSummary? Of(ChatResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return response.Messages.Select(message => message.AdditionalProperties).Select(Read).LastOrDefault(summary => summary is not null);
    }

    /// <summary>The summary on the last update of a local model's stream.</summary>
    /// <param name="update">An update of <see cref="LocalChatClient"/>.</param>
    /// <returns>The summary, or null on every other update.</returns>
    public static AnswerSummary? Of(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        return Read(update.AdditionalProperties);
    }

    /// <summary>Puts the summary on the last update of a stream, where <see cref="Of(ChatResponseUpdate)"/> finds it.</summary>
    /// <param name="update">The update.</param>
    public void AttachTo(ChatResponseUpdate update)
    {
        ArgumentNullException.ThrowIfNull(update);
        (update.AdditionalProperties ??= [])[PropertyName] = this;
    }

    private static AnswerSummary? Read(AdditionalPropertiesDictionary? properties) =>
        properties?.TryGetValue(PropertyName, out var value) is true ? value as AnswerSummary : null;
}
