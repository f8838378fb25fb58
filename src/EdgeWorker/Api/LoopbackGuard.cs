using System.Net;
using System.Security.Cryptography;
using System.Text;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>
/// Lets only programs of this machine in, and no web page that happens to be open here: a page can reach loopback, but it cannot forge the
/// Host header (DNS rebinding shows its own), and without CORS it cannot send JSON.
/// </summary>
internal sealed class LoopbackGuard(RequestDelegate next, DataFolder folder)
{
    /// <summary>How other commands of the same user prove that they read the owner's record.</summary>
    public const string TokenHeader = "X-Hybrid-Owner";

    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (!IsLoopback(request.Host.Host))
        {
            return Problems.WriteAsync(context, StatusCodes.Status421MisdirectedRequest, "Foreign host", "The Host header must name this machine: localhost, 127.0.0.1 or [::1].");
        }

        if (request.Headers.Origin.Any(origin => !(Uri.TryCreate(origin, UriKind.Absolute, out var from) && IsLoopback(from.Host))))
        {
            return Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "Foreign origin", "Pages of other origins may not call this device.");
        }

        if (HttpMethods.IsPost(request.Method) && !request.HasJsonContentType())
        {
            return Problems.WriteAsync(context, StatusCodes.Status415UnsupportedMediaType, "Not JSON", "Send the body as Content-Type: application/json.");
        }

        var token = request.Headers[TokenHeader];
        if (token.Count > 0 && !IsOwner(token.ToString()))
        {
            return Problems.WriteAsync(context, StatusCodes.Status403Forbidden, "Another owner", "This data folder has a new owner; read its record again.");
        }

        context.Features.Set(token.Count > 0 ? Caller.Owner : Caller.Keyless);
        return next(context);
    }

    private bool IsOwner(string token) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(folder.Token));

    private static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
}
