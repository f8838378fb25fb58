namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>What is known of a call once its prompt is accepted.</summary>
/// <param name="PromptId">The prompt.</param>
/// <param name="AcceptedAt">When it was accepted.</param>
/// <param name="Model">The model as the caller named it.</param>
internal sealed record CallNote(Guid PromptId, DateTimeOffset AcceptedAt, string Model)
{
    /// <summary>Seconds since 1970, as OpenAI's objects have it.</summary>
    public long Created => AcceptedAt.ToUnixTimeSeconds();

    /// <summary>An id that names the prompt, as <c>chatcmpl-…</c>.</summary>
    public string Id(string prefix) => $"{prefix}{PromptId:N}";
}
