namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The answer of <c>POST /v1/completions</c>, or a piece of it.</summary>
internal sealed record TextBody(
    string Id, string Object, long Created, string Model, IReadOnlyList<TextChoice> Choices, UsageSlot? Usage = null, HybridNote? Hybrid = null);
