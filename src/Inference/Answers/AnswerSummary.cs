namespace Hybrid.Inference.Answers;

/// <summary>What is known of an answer once it is complete.</summary>
public sealed record AnswerSummary
{
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

    /// <summary>How sure the model was; null when it generated nothing.</summary>
    public required AnswerConfidence? Confidence { get; init; }

    /// <summary>From the request to the first work on it.</summary>
    public required TimeSpan Waited { get; init; }

    /// <summary>From the first work to the first token.</summary>
    public required TimeSpan Prefill { get; init; }

    /// <summary>From the first token to the end.</summary>
    public required TimeSpan Decode { get; init; }

    /// <summary>Answer tokens per second after the first; 0 where there were fewer than two.</summary>
    public double TokensPerSecond => OutputTokens > 1 && Decode > TimeSpan.Zero ? (OutputTokens - 1) / Decode.TotalSeconds : 0;
}
