using System.Net.Http.Json;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary>A running <c>hybrid-edge serve</c>.</summary>
internal sealed class EdgeServer : IAsyncDisposable
{
    private EdgeServer(EdgeProcess process, Uri address)
    {
        Process = process;
        Http = new HttpClient { BaseAddress = address };
    }

    public EdgeProcess Process { get; }

    public HttpClient Http { get; }

    public Uri Address => Http.BaseAddress!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Starts one on a data folder and a free port, and waits until it listens.</summary>
    public static async Task<EdgeServer> StartAsync(
        TestModels models, string folder, string[]? arguments = null, params (string Name, string? Value)[] variables) =>
        await ListensAsync(EdgeProcess.Start(models, [.. Serve(folder), .. arguments ?? []], variables));

    /// <summary>Starts one with mounts of its own.</summary>
    public static async Task<EdgeServer> StartMountedAsync(TestModels models, string mount, string folder, params string[] arguments) =>
        await ListensAsync(EdgeProcess.StartMounted(models, mount, [.. Serve(folder), .. arguments]));

    private static string[] Serve(string folder) => ["serve", "--url", "http://127.0.0.1:0", "--data", folder];

    private static async Task<EdgeServer> ListensAsync(EdgeProcess process)
    {
        try
        {
            var line = await process.SaidAsync(" listens on ");
            return new EdgeServer(process, new Uri(line[(line.LastIndexOf(' ') + 1)..]));
        }
        catch
        {
            await process.DisposeAsync();
            throw;
        }
    }

    /// <summary>Hands in a prompt.</summary>
    public async Task<PromptView> PostAsync(PromptBody body, int wait = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "hybrid/prompts");
        request.Content = JsonContent.Create(body, ApiJson.Default.PromptBody);
        request.Headers.Add("Prefer", $"wait={wait}");
        using var response = await Http.SendAsync(request, Token);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ApiJson.Default.PromptView, Token))!;
    }

    /// <summary>A prompt, perhaps after waiting for its outcome.</summary>
    public async Task<PromptView> GetAsync(Guid id, int wait = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"hybrid/prompts/{id}");
        request.Headers.Add("Prefer", $"wait={wait}");
        using var response = await Http.SendAsync(request, Token);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync(ApiJson.Default.PromptView, Token))!;
    }

    public async Task<StatusView> StatusAsync() => (await Http.GetFromJsonAsync("hybrid/status", ApiJson.Default.StatusView, Token))!;

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Process.DisposeAsync();
    }
}
