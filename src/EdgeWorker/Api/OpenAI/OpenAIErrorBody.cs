namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The body of every answer under <c>/v1</c> that is an error.</summary>
internal sealed record OpenAIErrorBody(OpenAIError Error);
