using System.Net;
using System.Security.Cryptography;
using System.Text;
using Hybrid.EdgeWorker.Device;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>
/// Keeps out web pages that happen to be open somewhere: a page can reach an address its reader can reach, but it cannot forge the Host
/// header (DNS rebinding shows its own name), and without CORS it cannot send JSON. And finds out whether the caller owns the data folder.
/// </summary>
internal sealed class HostGuard(RequestDelegate next, DataFolder folder, ApiOptions options, Door door)
{
    /// <summary>How other commands of the same user prove that they read the owner's record.</summary>
    public const string TokenHeader = "X-Hybrid-Owner";

    private readonly string[] _hosts = [.. ApiOptions.Split(options.AllowedHosts), .. door.IsBeyond ? [Environment.MachineName] : Array.Empty<string>()];
    private readonly IReadOnlyList<string> _origins = ApiOptions.Split(options.CorsOrigins);

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!IsOurs(request.Host.Host))
        {
            return Refusal.WriteAsync(
                context, StatusCodes.Status421MisdirectedRequest, "Foreign host",
                door.IsBeyond
                    ? $"The Host header must be an address, or a name in {ApiOptions.SectionName}:{nameof(ApiOptions.AllowedHosts)}."
                    : "The Host header must name this machine: localhost, 127.0.0.1 or [::1].");
        }

        if (request.Headers.Origin.Any(origin => !MayCall(request, origin)))
        {
            return Refusal.WriteAsync(context, StatusCodes.Status403Forbidden, "Foreign origin", "Pages of other origins may not call this device.");
        }

        if (HttpMethods.IsPost(request.Method) && !request.HasJsonContentType())
        {
            return Refusal.WriteAsync(
                context, StatusCodes.Status415UnsupportedMediaType, "Not JSON", "Send the body as Content-Type: application/json.");
        }

        if (request.Headers.ContentEncoding.Any(encoding => !string.IsNullOrEmpty(encoding) && !encoding.Equals("identity", StringComparison.OrdinalIgnoreCase)))
        {
            return Refusal.WriteAsync(
                context, StatusCodes.Status415UnsupportedMediaType, "Compressed", "Send the body as it is, without Content-Encoding.");
        }

        var token = request.Headers[TokenHeader];
        if (token.Count > 0)
        {
            if (!IsLocal(context) || !IsOwner(token.ToString()))
            {
                return Refusal.WriteAsync(
                    context, StatusCodes.Status403Forbidden, "Another owner", "This data folder has a new owner; read its record again.");
            }

            Caller.Set(context, Caller.OfTheFolder);
        }

        return next(context);
    }

    private static bool IsLocal(HttpContext context) => context.Connection.RemoteIpAddress is not { } from || Door.IsLoopback(from);

    private bool IsOwner(string token) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(folder.Token));

    /// <summary>A page that was rebound shows its own name; addresses cannot be rebound, so beyond this machine they are all right.</summary>
    private bool IsOurs(string host) => Door.IsLoopback(host) || _hosts.Contains(host, StringComparer.OrdinalIgnoreCase)
        || (door.IsBeyond && IPAddress.TryParse(host.Trim('[', ']'), out _));

    /// <summary>Pages of this device, of allowed origins, and of this machine where only it can come in.</summary>
    private bool MayCall(HttpRequest request, string? origin) =>
        _origins.Contains(origin, StringComparer.OrdinalIgnoreCase)
        || (Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && ((!door.IsBeyond && Door.IsLoopback(from.Host))
                || string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase)));
}
