using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Api;

/// <summary>The body of <c>POST /api/prompts</c>.</summary>
/// <param name="Prompt">A question alone; instead of <paramref name="Messages"/>.</param>
/// <param name="Messages">A conversation, oldest first.</param>
/// <param name="Options">How to generate.</param>
internal sealed record PromptRequest(string? Prompt = null, IReadOnlyList<PromptMessage>? Messages = null, PromptOptions? Options = null);
