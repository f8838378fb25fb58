using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Hosting;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>A device as commands talk to it, over its own API, whether it runs in this process or another.</summary>
internal sealed class EdgeDevice : IAsyncDisposable
{
    private const string Prompts = "hybrid/prompts";
    private readonly HttpClient _http;
    private readonly EdgeHost? _host;

    /// <summary>A device this process hosts, and stops in the end.</summary>
    public EdgeDevice(EdgeHost host)
        : this(host.Address, host.Token) => _host = host;

    /// <summary>A device another process hosts.</summary>
    public EdgeDevice(OwnerRecord owner)
        : this(owner.Address!, owner.Token)
    {
    }

    private EdgeDevice(Uri address, string token)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(5) })
        {
            BaseAddress = address,
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _http.DefaultRequestHeaders.Add(HostGuard.TokenHeader, token);
    }

    /// <summary>Whether this process hosts it: what is pending then stays pending when the command ends.</summary>
    public bool IsHosted => _host is not null;

    /// <summary>Hands in a prompt and waits a while for its outcome.</summary>
    public async Task<PromptView> PostAsync(PromptBody body, string? idempotencyKey, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Prompts) { Content = JsonContent.Create(body, ApiJson.Default.PromptBody) };
        if (idempotencyKey is not null)
        {
            request.Headers.Add(PromptApi.IdempotencyHeader, idempotencyKey);
        }

        request.Headers.Add("Prefer", $"wait={wait.TotalSeconds:F0}");
        return await SendAsync(request, ApiJson.Default.PromptView, cancellationToken);
    }

    /// <summary>Hands in a prompt and gives its text as it comes; the last item has the outcome.</summary>
    public async IAsyncEnumerable<(string? Text, PromptView? Outcome)> StreamAsync(PromptBody body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Prompts) { Content = JsonContent.Create(body, ApiJson.Default.PromptBody) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(EventStream.ContentType));
        using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await EnsureAsync(response, cancellationToken);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(content).EnumerateAsync(cancellationToken))
        {
            switch (item.EventType)
            {
                case "text":
                    yield return (JsonSerializer.Deserialize(item.Data, ApiJson.Default.TextView)!.Text, null);
                    break;
                case "outcome":
                    yield return (null, JsonSerializer.Deserialize(item.Data, ApiJson.Default.PromptView));
                    yield break;
            }
        }

        throw new CommandFailedException("The stream ended without an outcome: the device stopped. What it had accepted is in its journal; see prompts list.");
    }

    /// <summary>A prompt, perhaps after waiting for its outcome; null if there is none.</summary>
    public async Task<PromptView?> FindAsync(Guid id, TimeSpan wait, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Prompts}/{id}");
        request.Headers.Add("Prefer", $"wait={wait.TotalSeconds:F0}");
        return await FindAsync(request, ApiJson.Default.PromptView, cancellationToken);
    }

    public Task<TraceView?> TraceAsync(Guid id, CancellationToken cancellationToken) =>
        FindAsync(new HttpRequestMessage(HttpMethod.Get, $"{Prompts}/{id}/trace"), ApiJson.Default.TraceView, cancellationToken);

    public Task<PromptListView> ListAsync(string? state, int most, CancellationToken cancellationToken) => SendAsync(
        new HttpRequestMessage(HttpMethod.Get, $"{Prompts}?most={most}{(state is null ? "" : $"&state={Uri.EscapeDataString(state)}")}"),
        ApiJson.Default.PromptListView, cancellationToken);

    public Task<PromptView> RetryAsync(Guid id, CancellationToken cancellationToken) => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, $"{Prompts}/{id}/retry") { Content = new StringContent("{}", new MediaTypeHeaderValue("application/json")) },
        ApiJson.Default.PromptView, cancellationToken);

    public Task<StatusView> StatusAsync(CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, "hybrid/status"), ApiJson.Default.StatusView, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    private async Task<T?> FindAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> info, CancellationToken cancellationToken)
        where T : class
    {
        using var response = await _http.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
        {
            return null;
        }

        await EnsureAsync(response, cancellationToken);
        return await response.Content.ReadFromJsonAsync(info, cancellationToken);
    }

    private async Task<T> SendAsync<T>(HttpRequestMessage request, JsonTypeInfo<T> info, CancellationToken cancellationToken)
        where T : class => await FindAsync(request, info, cancellationToken) ?? throw new CommandFailedException("The device has no such prompt.");

    private static async Task EnsureAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        try
        {
            var problem = await response.Content.ReadFromJsonAsync(ApiJson.Default.ProblemDetails, cancellationToken);
            throw new CommandFailedException(problem?.Detail ?? $"The device answered {(int)response.StatusCode}.");
        }
        catch (JsonException)
        {
            throw new CommandFailedException($"The device answered {(int)response.StatusCode}.");
        }
    }
}
