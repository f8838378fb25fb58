using Hybrid.EdgeWorker.Journal;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Who sent a request, and so which prompts are theirs.</summary>
/// <param name="Owner">The id of the API key, which its prompts have as their owner; null for who needs none.</param>
/// <param name="SeesAll">Whether it is a command of the data folder's own user.</param>
internal sealed record Caller(string? Owner, bool SeesAll = false)
{
    /// <summary>A program of this machine, where no key is asked for.</summary>
    public static readonly Caller Keyless = new(Owner: null);

    /// <summary>A command of the data folder's own user: it proved that it can read the folder.</summary>
    public static readonly Caller OfTheFolder = new(Owner: null, SeesAll: true);

    /// <summary>Whose request this is; the guards in front of every endpoint have found it out.</summary>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException($"No {nameof(Access.KeyGuard)} stands in front of this endpoint.");

    /// <summary>Notes who sent it.</summary>
    public static void Set(HttpContext context, Caller caller) => context.Features.Set(caller);

    /// <summary>Whether a prompt is the caller's. What is not does not exist for them: 404, never 403.</summary>
    public bool MaySee(PromptRecord prompt) => SeesAll || prompt.Owner == Owner;
}
