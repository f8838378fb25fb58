using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Where an answer came from; what OpenAI's own objects have no place for.</summary>
/// <param name="PromptId">The prompt, as <c>/hybrid/prompts/{id}</c> knows it.</param>
/// <param name="Route">Who answered.</param>
/// <param name="Reason">Why.</param>
/// <param name="Confidence">The local answer's confidence in [0, 1], if there was one.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Draft">True where the cloud has not answered in time and this is the local draft; else absent.</param>
internal sealed record HybridNote(
    Guid PromptId, PromptRoute? Route = null, string? Reason = null, double? Confidence = null, string? Model = null, bool? Draft = null);
