namespace Hybrid.Inference.Decoding;

/// <summary>How a sequence ended.</summary>
/// <param name="Reason">Why, unless it failed.</param>
/// <param name="Failure">What went wrong, or null.</param>
/// <param name="PromptTokens">Length of the prompt.</param>
/// <param name="ReusedTokens">Prompt tokens whose state was already there.</param>
/// <param name="OutputTokens">Tokens generated, an end token not counted.</param>
/// <param name="Waited">From submission to the first work on it.</param>
/// <param name="Prefill">From the first work to the first token.</param>
/// <param name="Decode">From the first token to the end.</param>
internal sealed record SequenceEnd(
    FinishReason Reason,
    Exception? Failure,
    int PromptTokens,
    int ReusedTokens,
    int OutputTokens,
    TimeSpan Waited,
    TimeSpan Prefill,
    TimeSpan Decode);
