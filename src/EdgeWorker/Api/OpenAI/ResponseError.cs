namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Why a response failed.</summary>
internal sealed record ResponseError(string Code, string Message);
