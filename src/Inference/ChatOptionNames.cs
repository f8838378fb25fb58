namespace Hybrid.Inference;

/// <summary>
/// Keys in <c>ChatOptions.AdditionalProperties</c> for what <c>ChatOptions</c> has no member for, and in a response's
/// <c>AdditionalProperties</c> for what came of it.
/// </summary>
public static class ChatOptionNames
{
    /// <summary>Option, a number in [0, 1]: tokens less probable than this fraction of the best are dropped.</summary>
    public const string MinP = "min_p";

    /// <summary>Option, a number above 0: penalty for every token that stands in the prompt or the answer already; 1 is none.</summary>
    public const string RepetitionPenalty = "repetition_penalty";

    /// <summary>Option, a truth value: report each token's log-probability.</summary>
    public const string LogProbabilities = "logprobs";

    /// <summary>Option, an integer in [0, 20]: how many alternatives to report for each token.</summary>
    public const string TopLogProbabilities = "top_logprobs";

    /// <summary>
    /// Result: on a streamed update the new tokens, on a whole response all tokens, as a list of
    /// <see cref="Answers.TokenLogProbability"/>.
    /// </summary>
    public const string TokenLogProbabilities = "hybrid.token_logprobs";

    /// <summary>Result, on the last update and on the whole response: the <see cref="Answers.AnswerSummary"/>.</summary>
    public const string Summary = "hybrid.summary";
}
