using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Hybrid.LocalStack.Demo;

/// <summary>Hands a prompt in over HTTP and fetches its outcome, through outages of either side. Thread safe.</summary>
internal sealed class PromptClient : IDisposable
{
    private const int WaitSeconds = 20;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly HttpClient _http;
    private readonly string _path;
    private readonly string _answerField;
    private readonly string _run = Guid.NewGuid().ToString("n");
    private readonly TimeSpan _limit;

    private PromptClient(Uri address, string path, string answerField, TimeSpan limit)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromSeconds(WaitSeconds * 2) };
        _http.DefaultRequestHeaders.Add("Prefer", $"wait={WaitSeconds}");
        _path = path;
        _answerField = answerField;
        _limit = limit;
    }

    /// <summary>Asks the device.</summary>
    public static PromptClient ForEdge(Uri address, TimeSpan limit) => new(address, "/hybrid/prompts", "answer", limit);

    /// <summary>Asks the large model, without a device.</summary>
    public static PromptClient ForCloud(Uri address, TimeSpan limit) => new(address, "/api/prompts", "text", limit);

    /// <summary>Asks, and waits for the outcome; without one within the limit the outcome's state is null.</summary>
    public async Task<DemoOutcome> AskAsync(DemoPrompt prompt, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        string? id = null;
        do
        {
            var view = id is null ? await PostAsync(prompt, cancellationToken) : await GetAsync(id, cancellationToken);
            if (view is { State: "answered" or "failed" or "expired" or "filtered" })
            {
                var milliseconds = view.Milliseconds ?? TimeProvider.System.GetElapsedTime(start).TotalMilliseconds;
                return new DemoOutcome(prompt, view.State, view.Route, view.Answer, milliseconds);
            }

            id ??= view?.Id;
            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
        while (TimeProvider.System.GetElapsedTime(start) < _limit);

        return new DemoOutcome(prompt, null, null, null, TimeProvider.System.GetElapsedTime(start).TotalMilliseconds);
    }

    public void Dispose() => _http.Dispose();

    private async Task<View?> PostAsync(DemoPrompt prompt, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _path)
        {
            Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
                new Dictionary<string, string> { ["prompt"] = prompt.Prompt }, DemoJson.Default.DictionaryStringString)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        // A post that is repeated because its answer got lost must not become a second prompt.
        request.Headers.Add("Idempotency-Key", $"{_run}-{prompt.Id}");
        return await SendAsync(request, cancellationToken);
    }

    private async Task<View?> GetAsync(string id, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{_path}/{id}");
        return await SendAsync(request, cancellationToken);
    }

    private async Task<View?> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _http.SendAsync(request, cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                return View.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken), _answerField);
            }

            // A refusal is an outcome; trouble passes.
            var refused = request.Method == HttpMethod.Post
                && (int)response.StatusCode is >= 400 and < 500
                && response.StatusCode != HttpStatusCode.TooManyRequests;
            return refused ? new View(null, "failed", null, null, null) : null;
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException or JsonException or IOException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    private sealed record View(string? Id, string? State, string? Route, string? Answer, double? Milliseconds)
    {
        public static View Parse(byte[] body, string answerField)
        {
            using var json = JsonDocument.Parse(body);
            var root = json.RootElement;
            return new View(Text("id"), Text("state"), Text("route"), Text(answerField), TotalMs());

            string? Text(string name) =>
                root.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

            double? TotalMs() => root.TryGetProperty("timings", out var timings) && timings.ValueKind == JsonValueKind.Object
                && timings.TryGetProperty("totalMs", out var total) && total.ValueKind == JsonValueKind.Number ? total.GetDouble() : null;
        }
    }
}
