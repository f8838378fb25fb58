using Hybrid.EdgeWorker.Journal;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>Who sent a request, and so which prompts are theirs.</summary>
/// <param name="Key">The id of the API key; null for who needs none.</param>
/// <param name="IsOwner">Whether it is a command of the data folder's own user, who sees every prompt.</param>
internal sealed record Caller(string? Key, bool IsOwner = false)
{
    /// <summary>A program of this machine, where no key is asked for.</summary>
    public static readonly Caller Keyless = new(Key: null);

    /// <summary>A command of the data folder's own user: it proved that it can read the folder.</summary>
    public static readonly Caller Owner = new(Key: null, IsOwner: true);

    /// <summary>Whose request this is; the guards in front of every endpoint have found it out.</summary>
    public static Caller Of(HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException($"No {nameof(KeyGuard)} stands in front of this endpoint.");

    /// <summary>Whether a prompt is the caller's. What is not does not exist for them: 404, never 403.</summary>
    public bool MaySee(PromptRecord prompt) => IsOwner || prompt.Owner == Key;

    /// <summary>A scope of idempotency keys: those of different API keys never meet.</summary>
    /// <param name="api">Which of the device's APIs.</param>
    public string Scope(string api) => Key is null ? api : $"{api} {Key}";
}
