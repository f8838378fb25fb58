namespace Hybrid.ModelWriter;

/// <summary>The search section of <c>genai_config.json</c>: what a generation does unless asked otherwise.</summary>
public sealed record SearchDefaults
{
    /// <value>Whether tokens are drawn at random; default false, the best one is taken.</value>
    public bool DoSample { get; init; }

    /// <value>The divisor of the logits when drawing; default 1.</value>
    public double Temperature { get; init; } = 1.0;

    /// <value>How many of the best tokens are drawn from; default 50.</value>
    public int TopK { get; init; } = 50;

    /// <value>The probability mass of the best tokens that are drawn from; default 1.</value>
    public double TopP { get; init; } = 1.0;

    /// <value>The divisor of the logits of tokens seen before; default 1.</value>
    public double RepetitionPenalty { get; init; } = 1.0;

    /// <value>The longest sequence in tokens, prompt included, or null (the default) for the context length.</value>
    public int? MaxLength { get; init; }
}
