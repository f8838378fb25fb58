namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A piece of a streamed chat.</summary>
internal sealed record ChatChunk(
    string Id, string Object, long Created, string Model, IReadOnlyList<ChatChunkChoice> Choices, UsageSlot? Usage = null, HybridNote? Hybrid = null);
