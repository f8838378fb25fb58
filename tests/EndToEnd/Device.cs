using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Hybrid.EndToEnd;

/// <summary>A running device as a client sees it.</summary>
internal sealed class Device(RunningProgram program) : IDisposable
{
    private const int WaitSeconds = 90;
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = program.Address, Timeout = TimeSpan.FromSeconds(120) };

    public RunningProgram Program { get; } = program;

    /// <summary>Hands in a prompt; the status and the body.</summary>
    public async Task<(int Status, JsonNode Body)> PostAsync(object body, string? key = null, int wait = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts") { Content = JsonContent.Create(body) };
        request.Headers.Add("Prefer", $"wait={wait}");
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!);
    }

    /// <summary>Asks as an OpenAI client does; the answer.</summary>
    public async Task<JsonNode> ChatAsync(object body)
    {
        using var response = await _http.PostAsJsonAsync("v1/chat/completions", body, TestContext.Current.CancellationToken);
        var answer = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.IsSuccessStatusCode, $"{response.StatusCode} {answer}\n{Program.Log}");
        return JsonNode.Parse(answer)!;
    }

    /// <summary>Hands in a prompt and waits for its outcome.</summary>
    public async Task<JsonNode> AskAsync(object body)
    {
        var (status, outcome) = await PostAsync(body, wait: WaitSeconds);
        Assert.True(status == 200, $"{status} {outcome}\n{Program.Log}");
        return outcome;
    }

    /// <summary>Hands in a prompt and waits for nothing; its id.</summary>
    public async Task<string> SubmitAsync(object body) => (await PostAsync(body)).Body["id"]!.GetValue<string>();

    /// <summary>Waits for a prompt's outcome.</summary>
    public async Task<JsonNode> OutcomeAsync(string id)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"hybrid/prompts/{id}");
        request.Headers.Add("Prefer", $"wait={WaitSeconds}");
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(path, TestContext.Current.CancellationToken))!;

    /// <summary>The states a prompt went through.</summary>
    public async Task<string[]> TraceAsync(string id) =>
        [.. (await GetAsync($"hybrid/prompts/{id}/trace"))["transitions"]!.AsArray().Select(step => step!["to"]!.GetValue<string>())];

    public void Dispose() => _http.Dispose();
}
