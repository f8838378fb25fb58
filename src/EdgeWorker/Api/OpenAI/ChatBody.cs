namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The answer of <c>POST /v1/chat/completions</c>.</summary>
internal sealed record ChatBody(
    string Id, string Object, long Created, string Model, IReadOnlyList<ChatChoice> Choices, UsageBody? Usage, HybridNote Hybrid);
