namespace Hybrid.Inference;

/// <summary>
/// Keys in <c>ChatOptions.AdditionalProperties</c> for what <c>ChatOptions</c> has no member for.
/// </summary>
public static class ChatOptionNames
{
    /// <summary>Option, a number in [0, 1]: tokens less probable than this fraction of the best are dropped.</summary>
    public const string MinP = "min_p";

    /// <summary>Option, a number above 0: penalty for every token that stands in the prompt or the answer already; 1 is none.</summary>
    public const string RepetitionPenalty = "repetition_penalty";

    /// <summary>Option, <c>"low"</c> or <c>"normal"</c>: whether others may go first while the request waits for a place.</summary>
    public const string Priority = "priority";

    /// <summary>The value of <see cref="Priority"/> that lets others go first.</summary>
    public const string LowPriority = "low";

    /// <summary>The value of <see cref="Priority"/> that is assumed.</summary>
    public const string NormalPriority = "normal";

    /// <summary>Option, a truth value: report each token's log-probability.</summary>
    public const string LogProbabilities = "logprobs";

    /// <summary>Option, an integer in [0, 20]: how many alternatives to report for each token.</summary>
    public const string TopLogProbabilities = "top_logprobs";
}
