namespace Hybrid.Inference.Folders;

/// <summary>The <c>search</c> section: how the model's publisher would sample when the caller says nothing.</summary>
public sealed record SearchDefaults
{
    /// <summary>Whether to sample at all; otherwise the likeliest token wins.</summary>
    public bool DoSample { get; init; }

    /// <summary>Divides the logits before sampling.</summary>
    /// <value>0 or more; default 1.</value>
    public double Temperature { get; init; } = 1;

    /// <summary>How many of the likeliest tokens stay in play.</summary>
    /// <value>0 (all) or more; default 50, as in GenAI.</value>
    public int TopK { get; init; } = 50;

    /// <summary>The share of probability that stays in play.</summary>
    /// <value>In [0, 1]; 0, the default, and 1 keep every token.</value>
    public double TopP { get; init; }

    /// <summary>The fewest tokens of prompt and answer together.</summary>
    public int MinLength { get; init; }

    /// <summary>The most tokens of prompt and answer together; never above the context length.</summary>
    public required int MaxLength { get; init; }

    /// <summary>Above 1, tokens that were already used become less likely.</summary>
    /// <value>Above 0; default 1.</value>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The length of token runs that may not repeat; 0 allows all.</summary>
    public int NoRepeatNgramSize { get; init; }

    /// <summary>Whether the folder was made for one cache buffer shared by past and present.</summary>
    public bool PastPresentShareBuffer { get; init; }

    /// <summary>Always 1: folders that ask for beam search are refused.</summary>
    public int NumBeams { get; init; } = 1;
}
