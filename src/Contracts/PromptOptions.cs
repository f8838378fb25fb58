namespace Hybrid.Contracts;

/// <summary>How to generate. What is null is left to the model.</summary>
/// <param name="MaxTokens">The most tokens of the answer, at least 1.</param>
/// <param name="Temperature">0 to 2.</param>
/// <param name="TopP">Above 0, at most 1.</param>
/// <param name="Stop">Texts that end the answer; at most <see cref="Limits.StopSequences"/>.</param>
/// <param name="Seed">For repeatable sampling.</param>
/// <param name="Json">Whether the answer must be a JSON object.</param>
public sealed record PromptOptions(
    int? MaxTokens = null,
    double? Temperature = null,
    double? TopP = null,
    IReadOnlyList<string>? Stop = null,
    long? Seed = null,
    bool Json = false);
