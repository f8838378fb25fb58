namespace Hybrid.Inference.Sampling;

/// <summary>How the next token is chosen from a model's logits.</summary>
/// <remarks>
/// Applied in the order repetition penalty, presence and frequency penalty, temperature, top-k, top-p, min-p, as Hugging Face
/// transformers orders its processors. The defaults choose greedily and change nothing.
/// </remarks>
public sealed record SamplingOptions
{
    /// <summary>The highest temperature accepted; OpenAI's bound.</summary>
    public const float MaxTemperature = 2;

    /// <summary>Always the most probable token.</summary>
    public static SamplingOptions Greedy { get; } = new();

    /// <summary>Divides the logits before the softmax.</summary>
    /// <value>[0, 2]; 0 (the default) is greedy: the most probable token, the lowest id on ties.</value>
    public float Temperature { get; init; }

    /// <summary>Keeps the k most probable tokens.</summary>
    /// <value>≥ 0; 0 (the default) keeps all.</value>
    public int TopK { get; init; }

    /// <summary>Keeps the smallest set of most probable tokens whose probabilities sum to at least this.</summary>
    /// <value>(0, 1]; 1 (the default) keeps all.</value>
    public float TopP { get; init; } = 1;

    /// <summary>Drops tokens less probable than this fraction of the most probable token.</summary>
    /// <value>[0, 1]; 0 (the default) drops none.</value>
    public float MinP { get; init; }

    /// <summary>Divides the positive and multiplies the negative logits of every token in the prompt and the answer so far.</summary>
    /// <value>&gt; 0, at most 10; 1 (the default) changes nothing. Source: CTRL, arXiv 1909.05858.</value>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted once from the logit of every token in the answer so far (OpenAI's definition).</summary>
    /// <value>[−2, 2]; default 0.</value>
    public float PresencePenalty { get; init; }

    /// <summary>Subtracted from the logit of a token once for each time it stands in the answer so far (OpenAI's definition).</summary>
    /// <value>[−2, 2]; default 0.</value>
    public float FrequencyPenalty { get; init; }

    /// <summary>Starts the random numbers: the same seed, prompt and options give the same text on the same machine.</summary>
    /// <value>Any number; null (the default) draws a new one for each answer.</value>
    public long? Seed { get; init; }

    internal bool IsGreedy => Temperature == 0 || TopK == 1;

    internal bool HasPenalties => RepetitionPenalty != 1 || PresencePenalty != 0 || FrequencyPenalty != 0;

    /// <summary>Refuses values outside the ranges above.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its range; the message names it.</exception>
    public void Validate()
    {
        Require(Temperature is >= 0 and <= MaxTemperature, nameof(Temperature), Temperature, "in [0, 2]");
        Require(TopK >= 0, nameof(TopK), TopK, "0 or more");
        Require(TopP is > 0 and <= 1, nameof(TopP), TopP, "above 0 and at most 1");
        Require(MinP is >= 0 and <= 1, nameof(MinP), MinP, "in [0, 1]");
        Require(RepetitionPenalty is > 0 and <= 10, nameof(RepetitionPenalty), RepetitionPenalty, "above 0 and at most 10");
        Require(PresencePenalty is >= -2 and <= 2, nameof(PresencePenalty), PresencePenalty, "in [-2, 2]");
        Require(FrequencyPenalty is >= -2 and <= 2, nameof(FrequencyPenalty), FrequencyPenalty, "in [-2, 2]");
    }

    // Comparisons with NaN are false, so NaN is refused everywhere.
    private static void Require(bool holds, string name, object value, string range)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }
}
