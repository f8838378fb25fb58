using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Hybrid.EdgeWorker.Journal;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Tells from a request by what it is to be known again.</summary>
internal static class RepeatedRequests
{
    /// <summary>How the official SDKs count their retries.</summary>
    public const string RetryCountHeader = "X-Stainless-Retry-Count";

    /// <summary>
    /// How long a failure is given again to a client that says nothing: SDKs come back within seconds, people take longer and want another try.
    /// </summary>
    private static readonly TimeSpan FailureWindow = TimeSpan.FromSeconds(10);

    /// <summary>The client's own name for the request; null if it gave none.</summary>
    public static IdempotencyKey? Key(HttpContext context, string endpoint, byte[] body) =>
        context.Request.Headers.TryGetValue(PromptApi.IdempotencyHeader, out var key)
            ? new IdempotencyKey("openai", key.ToString(), Fingerprint(null, endpoint, body))
            : null;

    /// <summary>What is recorded of the request.</summary>
    public static RequestMark Mark(HttpContext context, string endpoint, byte[] body)
    {
        var fingerprint = Fingerprint(Caller.Of(context).Owner, endpoint, body);
        return new RequestMark
        {
            Endpoint = endpoint,
            Fingerprint = fingerprint,
            Peer = Digest([.. fingerprint, .. context.Connection.RemoteIpAddress?.GetAddressBytes() ?? []]),
        };
    }

    /// <summary>How to find an earlier sending of the request.</summary>
    /// <param name="context">The request.</param>
    /// <param name="now">The time.</param>
    /// <param name="window">How long outcomes are given again.</param>
    public static RepeatSearch Search(HttpContext context, DateTimeOffset now, TimeSpan window) => new(
        context.Request.Headers[RetryCountHeader] is [{ } text]
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? RepeatKind.Repeat : RepeatKind.First
            : RepeatKind.Unknown,
        now - window,
        now - FailureWindow,
        MayWait: true,
        IsAwaited: _ => false);

    private static byte[] Fingerprint(string? key, string endpoint, byte[] body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A key's id has no line break, and neither has an endpoint: no two requests look alike.
        hash.AppendData(Encoding.UTF8.GetBytes($"{key}\n{endpoint}\n"));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }

    private static byte[] Digest(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes);
}
