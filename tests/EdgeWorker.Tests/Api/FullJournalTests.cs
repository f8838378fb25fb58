using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Cli;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api;

/// <summary>A full journal, as callers, health checks and the command line see it.</summary>
public sealed class FullJournalTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_JournalFull_503WithRetryAfterAndWhatIsOpenGoesOn()
    {
        await using var device = await TestDevice.StartAsync(_data.Path, works: false, limits: new JournalOptions { MaxPrompts = 1 });
        var first = await device.PostAsync(new PromptBody("One?"));

        using var refused = await device.Http.PostAsJsonAsync("hybrid/prompts", new PromptBody("Two?"), ApiJson.Default.PromptBody, Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal("application/problem+json", refused.Content.Headers.ContentType!.MediaType);
        Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        var problem = (await refused.Content.ReadFromJsonAsync(ApiJson.Default.ProblemDetails, Token))!;
        Assert.Contains("Journal:MaxPrompts is 1", problem.Detail, StringComparison.Ordinal);
        using var ready = await device.Http.GetAsync("readyz", Token);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("Journal:MaxPrompts", await ready.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
        using var health = await device.Http.GetAsync("healthz", Token);
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
        Assert.True(await device.Journal.SettleAsync(
            device.Journal.Find(first.Id)!, Settlement.Failed(ReasonCode.Cancelled, "enough")));
        var status = (await device.Http.GetFromJsonAsync("hybrid/status", ApiJson.Default.StatusView, Token))!;
        Assert.Equal((1, 1), (status.Journal.Prompts, status.Journal.MaxPrompts));
    }

    [Fact]
    public async Task Ask_JournalFull_Exits1AndSaysWhatToDo()
    {
        string[] ask = ["ask", "Which pump?", "--data", _data.Path, "--max-tokens", "2"];
        var limit = ("HYBRID__Journal__MaxPrompts", "1");
        var (first, _, said) = await EdgeProcess.RunAsync(models, ask, null, limit);
        Assert.True(first == 0, said);

        var (code, output, error) = await EdgeProcess.RunAsync(models, ask, null, limit);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("Journal:MaxPrompts is 1", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Outbox_ResultsDropped_SaysHowMany()
    {
        (string, string?)[] limit = [("HYBRID__Journal__MaxResults", "1")];
        for (var number = 0; number < 3; number++)
        {
            await EdgeProcess.RunAsync(models, ["ask", "Which pump?", "--data", _data.Path, "--max-tokens", "2"], null, limit);
        }

        var (_, text, _) = await EdgeProcess.RunAsync(models, ["outbox", "--data", _data.Path], null, limit);
        var (_, json, _) = await EdgeProcess.RunAsync(models, ["outbox", "--json", "--data", _data.Path], null, limit);

        Assert.Contains("2 results were dropped", text, StringComparison.Ordinal);
        var status = JsonSerializer.Deserialize(json, ApiJson.Default.StatusView)!;
        Assert.Equal((2, 1), (status.Counters[Counter.DroppedResults], Assert.Single(status.Outbox).Pending));
    }

    public void Dispose() => _data.Dispose();
}
