using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>The <c>Prefer: wait=N</c> header (RFC 7240, section 4.3).</summary>
internal static class PromptWait
{
    /// <summary>Longer waits are cut to this; proxies and clients give up around there.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>How long the caller is ready to wait; null if it did not say.</summary>
    public static TimeSpan? Of(HttpRequest request) => request.Headers["Prefer"]
        .SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
        .Where(preference => preference.StartsWith("wait=", StringComparison.OrdinalIgnoreCase))
        .Select(preference => int.TryParse(preference.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : (int?)null)
        .FirstOrDefault(seconds => seconds is not null) is { } wait
            ? TimeSpan.FromSeconds(Math.Min(wait, Longest.TotalSeconds))
            : null;
}
