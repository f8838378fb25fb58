namespace Hybrid.Contracts;

/// <summary>How to generate. What is null is left to the model.</summary>
/// <param name="MaxTokens">The most tokens of the answer, at least 1.</param>
/// <param name="Temperature">0 to 2.</param>
/// <param name="TopP">Above 0, at most 1.</param>
/// <param name="Stop">Texts that end the answer; at most <see cref="Limits.StopSequences"/>.</param>
/// <param name="Seed">For repeatable sampling.</param>
/// <param name="Json">Whether the answer must be a JSON object.</param>
/// <param name="FrequencyPenalty">-2 to 2: how much less probable a token becomes with every time it was used.</param>
/// <param name="PresencePenalty">-2 to 2: how much less probable a token becomes once it was used.</param>
/// <param name="TopLogProbs">Not null: each token's log-probability is wanted, with so many alternatives, 0 to <see cref="Limits.TopLogProbs"/>.</param>
/// <param name="Schema">What the JSON must look like; <paramref name="Json"/> is then true as well, for those who do not know this field.</param>
/// <param name="Tools">Functions the model may ask the caller to call.</param>
/// <param name="ToolChoice"><c>auto</c>, <c>none</c>, <c>required</c>, or <c>function</c>, which <paramref name="ToolName"/> names.</param>
/// <param name="ToolName">The one function to call.</param>
/// <param name="ParallelToolCalls">Whether several calls may come at once.</param>
/// <param name="User">Whom the prompt was asked for, as the caller names it; at most <see cref="Limits.UserCharacters"/>.</param>
/// <param name="Metadata">The caller's own notes; at most <see cref="Limits.MetadataEntries"/>.</param>
public sealed record PromptOptions(
    int? MaxTokens = null,
    double? Temperature = null,
    double? TopP = null,
    IReadOnlyList<string>? Stop = null,
    long? Seed = null,
    bool Json = false,
    double? FrequencyPenalty = null,
    double? PresencePenalty = null,
    int? TopLogProbs = null,
    AnswerSchema? Schema = null,
    IReadOnlyList<PromptTool>? Tools = null,
    string? ToolChoice = null,
    string? ToolName = null,
    bool? ParallelToolCalls = null,
    string? User = null,
    IReadOnlyDictionary<string, string>? Metadata = null)
{
    /// <summary>Whether the model may call tools: some are offered, and the caller has not said <c>none</c>.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool OffersTools => Tools is { Count: > 0 } && ToolChoice != "none";

    /// <summary>Whether the model must call one.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool InsistsOnTools => Tools is { Count: > 0 } && ToolChoice is "required" or "function";
}
