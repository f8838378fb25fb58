using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hybrid.Pipeline.Bench;

/// <summary>
/// Stands between the programs and one of the emulator's services, passes everything on and writes down when what passed: the programs run as
/// they always do and know nothing of it. Costs every request a hop on this machine. Thread safe.
/// </summary>
internal sealed class StorageRecorder : IAsyncDisposable
{
    /// <summary>Headers that belong to one connection (RFC 9110, section 7.6.1), and the host, which is the emulator's.</summary>
    private static readonly string[] OfTheConnection = ["Host", "Connection", "Keep-Alive", "Transfer-Encoding", "Upgrade", "Expect"];

    private readonly ConcurrentQueue<Seen> _seen = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
    private readonly WebApplication _application;
    private readonly Uri _root;

    private StorageRecorder(WebApplication application, Uri target)
    {
        _application = application;
        _root = new Uri(target.GetLeftPart(UriPartial.Authority));
    }

    /// <summary>Where the programs are sent.</summary>
    public int Port { get; private set; }

    /// <summary>What passed, in the order of the answers.</summary>
    public IReadOnlyList<Seen> All => [.. _seen];

    /// <param name="target">The emulator's service.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    public static async Task<StorageRecorder> StartAsync(Uri target, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var recorder = new StorageRecorder(builder.Build(), target);
        recorder._application.Run(recorder.PassAsync);
        await recorder._application.StartAsync(cancellationToken);
        recorder.Port = new Uri(recorder._application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port;
        return recorder;
    }

    public async ValueTask DisposeAsync()
    {
        await _application.DisposeAsync();
        _http.Dispose();
    }

    private async Task PassAsync(HttpContext context)
    {
        var (request, cancellationToken) = (context.Request, context.RequestAborted);
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy, cancellationToken);
        var sent = copy.ToArray();
        var begun = TimeProvider.System.GetUtcNow();
        // As it came: the signature is over the escaped path.
        var path = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
        using var onward = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(_root, path)) { Content = new ByteArrayContent(sent) };
        foreach (var (name, values) in request.Headers.Where(header => !OfTheConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!onward.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
            {
                onward.Content.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
            }
        }

        using var answer = await _http.SendAsync(onward, cancellationToken);
        var received = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers).Where(header => !OfTheConnection.Contains(header.Key, StringComparer.OrdinalIgnoreCase)))
        {
            context.Response.Headers[name] = values.ToArray();
        }

        if (answer.IsSuccessStatusCode)
        {
            // '/account/queue/...'; the account is of no interest.
            var inAccount = request.Path.Value!.Split('/', 3)[2];
            _seen.Enqueue(new Seen(begun, TimeProvider.System.GetUtcNow(), request.Method, inAccount, [.. PromptsIn(sent), .. PromptsIn(received)]));
        }

        // An answer to HEAD says how long its body would be, and has none.
        if (!HttpMethods.IsHead(request.Method) && received.Length > 0)
        {
            await context.Response.Body.WriteAsync(received, cancellationToken);
        }
    }

    /// <summary>The subjects of the events in a queue's XML.</summary>
    private static IEnumerable<Guid> PromptsIn(byte[] body)
    {
        var text = Encoding.UTF8.GetString(body).TrimStart('\uFEFF');
        return text.Contains("<MessageText>", StringComparison.Ordinal)
            ? XDocument.Parse(text).Descendants("MessageText").Select(message => Subject(Convert.FromBase64String(message.Value)))
            : [];
    }

    private static Guid Subject(byte[] message) => JsonElement.Parse(message).GetProperty("subject").GetGuid();
}
