using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Who sent a request.</summary>
/// <param name="Owner">The id of the API key that came with it; null where none is needed.</param>
internal sealed record Caller(string? Owner)
{
    private static readonly Caller Nobody = new((string?)null);

    /// <summary>Whether a prompt is this caller's to see.</summary>
    public bool MaySee(Journal.PromptRecord prompt) => Owner is null || prompt.Owner == Owner;

    /// <summary>Who sent this request; nobody in particular until a key was checked.</summary>
    public static Caller Of(HttpContext context) => context.Features.Get<Caller>() ?? Nobody;

    /// <summary>Notes who sent it.</summary>
    public static void Set(HttpContext context, Caller caller) => context.Features.Set(caller);
}
