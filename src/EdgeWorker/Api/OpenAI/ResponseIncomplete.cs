namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Why a response ended early.</summary>
internal sealed record ResponseIncomplete(string Reason);
