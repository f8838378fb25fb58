using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>Finds out who calls, and lets in as many as there is room for.</summary>
internal sealed class KeyGuard(RequestDelegate next, KeyRing ring, RequestLimits limits, ApiOptions options, Door door)
{
    private const string Scheme = "Bearer ";

    /// <summary>Whether it runs, and what its API looks like, is no secret; monitors and browsers ask without a key.</summary>
    private static readonly PathString[] Open = ["/healthz", "/readyz", "/openapi"];

    /// <summary>A full device may have room again very soon: a stream ends.</summary>
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(1);

    public async Task InvokeAsync(HttpContext context)
    {
        if (context.Features.Get<Caller>() is { SeesAll: true } || Open.Any(path => context.Request.Path.StartsWithSegments(path)))
        {
            if (context.Features.Get<Caller>() is null)
            {
                Caller.Set(context, Caller.Keyless);
            }

            await next(context);
            return;
        }

        ApiKeys keys;
        try
        {
            keys = ring.Now();
        }
        catch (KeyFileException)
        {
            await Refusal.WriteAsync(
                context, StatusCodes.Status503ServiceUnavailable, "Keys unreadable",
                "The device cannot read its API keys. Whoever runs it finds the reason with hybrid-edge keys list.");
            return;
        }

        var (given, presented) = Presented(context.Request);
        var key = presented is null ? null : keys.Find(presented);
        // What looks like one of ours is never ignored: a revoked key must not become no key.
        if (key is null && (IsRequired(keys) || presented?.StartsWith(ApiKeys.Prefix, StringComparison.Ordinal) == true))
        {
            context.Response.Headers.WWWAuthenticate = Scheme.TrimEnd();
            await Refusal.WriteAsync(
                context, StatusCodes.Status401Unauthorized, "No valid key",
                given
                    ? "The API key is unknown or revoked. Whoever runs the device makes one with hybrid-edge keys add NAME."
                    : "An API key is needed, as Authorization: Bearer KEY. Whoever runs the device makes one with hybrid-edge keys add NAME.");
            return;
        }

        Caller.Set(context, key is null ? Caller.Keyless : new Caller(key.Id));
        using var rate = key is null ? null : limits.Rate(key);
        if (rate is { IsAcquired: false })
        {
            await Refusal.WriteAsync(
                context, StatusCodes.Status429TooManyRequests, "Too many requests",
                $"This key may make {limits.RateOf(key!)} requests a minute.", After(rate));
            return;
        }

        using var slot = limits.Slot();
        if (!slot.IsAcquired)
        {
            await Refusal.WriteAsync(
                context, StatusCodes.Status429TooManyRequests, "Busy",
                $"The device works on {options.MaxRequests} requests, and on no more at once ({ApiOptions.SectionName}:{nameof(ApiOptions.MaxRequests)}).",
                SoonAgain);
            return;
        }

        await next(context);
    }

    private bool IsRequired(ApiKeys keys) => door.IsBeyond || (options.RequireKey ?? keys.Keys.Count > 0);

    private static TimeSpan After(RateLimitLease lease) =>
        lease.TryGetMetadata(MetadataName.RetryAfter, out var after) && after > SoonAgain ? after : SoonAgain;

    /// <summary>The key a request shows; several are none.</summary>
    private static (bool Given, string? Key) Presented(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        return header.Count == 1 && header[0] is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? (true, value[Scheme.Length..].Trim())
            : (header.Count > 0, null);
    }
}
