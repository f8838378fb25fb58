using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>What the HTTP server takes from anybody, before it is known who it is.</summary>
internal static class ServerLimits
{
    private const int MaxHeaders = 64;
    private const int MaxHeaderBytes = 16 << 10;
    private const int MaxRequestLineBytes = 8 << 10;

    /// <summary>
    /// Whoever sends or reads more slowly, after some seconds of grace, only holds the connection. A stream that waits for the model is not
    /// slow: only bytes that lie ready count.
    /// </summary>
    private static readonly MinDataRate Slowest = new(bytesPerSecond: 240, gracePeriod: TimeSpan.FromSeconds(5));

    private static readonly TimeSpan LongestHeaders = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestIdle = TimeSpan.FromMinutes(2);

    public static void Apply(KestrelServerOptions kestrel, ApiOptions options)
    {
        kestrel.AddServerHeader = false;
        var limits = kestrel.Limits;
        limits.MaxConcurrentConnections = options.MaxConnections;
        limits.MaxRequestBodySize = options.MaxBodyBytes;
        limits.MaxRequestHeaderCount = MaxHeaders;
        limits.MaxRequestHeadersTotalSize = MaxHeaderBytes;
        limits.MaxRequestLineSize = MaxRequestLineBytes;
        limits.RequestHeadersTimeout = LongestHeaders;
        limits.KeepAliveTimeout = LongestIdle;
        limits.MinRequestBodyDataRate = Slowest;
        limits.MinResponseDataRate = Slowest;
        limits.Http2.MaxStreamsPerConnection = options.MaxRequests;
        kestrel.ConfigureEndpointDefaults(endpoint => endpoint.Use(ServerRefusals.Over));
    }
}
