namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The function of a tool call.</summary>
internal sealed record ChatFunction(string Name, string Arguments);
