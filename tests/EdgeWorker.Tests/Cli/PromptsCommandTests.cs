using System.Text.Json;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge prompts</c> and <c>outbox</c>: the same whether somebody serves the folder or not.</summary>
public sealed class PromptsCommandTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ListShowTrace_WhatHappened(bool served)
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "LocalOnly"]);
        var prompt = await server.PostAsync(new PromptBody("Which pump?", Options: new(MaxTokens: 3)), wait: 60);
        if (!served)
        {
            await server.Process.KillAsync();
        }

        var list = await RunAsync("list", "--state", "answered");
        var json = await RunAsync("list", "--json");
        var none = await RunAsync("list", "--state", "failed", "--json");
        var show = await RunAsync("show", $"{prompt.Id}");
        var trace = await RunAsync("trace", $"{prompt.Id}", "--json");
        var outbox = await EdgeProcess.RunAsync(models, ["outbox", "--json", "--data", _data.Path]);
        var table = await EdgeProcess.RunAsync(models, ["outbox", "--data", _data.Path]);

        Assert.Contains($"{prompt.Id}", list, StringComparison.Ordinal);
        Assert.Equal(prompt.Id, Assert.Single(JsonSerializer.Deserialize(json, ApiJson.Default.PromptListView)!.Prompts).Id);
        Assert.Empty(JsonSerializer.Deserialize(none, ApiJson.Default.PromptListView)!.Prompts);
        Assert.Contains("endless", show, StringComparison.Ordinal);
        Assert.Equal(2, JsonSerializer.Deserialize(trace, ApiJson.Default.TraceView)!.Transitions.Count);
        var status = JsonSerializer.Deserialize(outbox.Output, ApiJson.Default.StatusView)!;
        Assert.Equal(("results", 1), (Assert.Single(status.Outbox).Queue, status.Outbox[0].Pending));
        Assert.Contains("results", table.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retry_Ended_IsWorkedOnAsANewPrompt()
    {
        var first = await EdgeProcess.RunAsync(
            models, ["run", "-", "--mode", "CloudOnly", "--json", "--data", _data.Path],
            """{"prompt":"Which pump?","options":{"maxTokens":3}}""");
        Assert.Equal(1, first.ExitCode);
        var failed = Assert.Single(JsonSerializer.Deserialize(await RunAsync("list", "--json"), ApiJson.Default.PromptListView)!.Prompts);

        var retried = JsonSerializer.Deserialize(
            await RunAsync("retry", $"{failed.Id}", "--json", "--mode", "LocalOnly"), ApiJson.Default.PromptView)!;

        Assert.Equal((failed.Id, Contracts.PromptState.Answered), (retried.RetryOf!.Value, retried.State));
        Assert.NotEqual(failed.Id, retried.Id);
        Assert.Equal(Contracts.PromptState.Failed,
            JsonSerializer.Deserialize(await RunAsync("show", $"{failed.Id}", "--json"), ApiJson.Default.PromptView)!.State);
    }

    [Theory]
    [InlineData(1, "show", "00000000-0000-0000-0000-000000000001")]
    [InlineData(1, "trace", "00000000-0000-0000-0000-000000000001")]
    [InlineData(1, "retry", "00000000-0000-0000-0000-000000000001")]
    [InlineData(2, "show", "no-guid")]
    [InlineData(2, "list", "--state", "sleeping")]
    public async Task Wrong_SaysSo(int expected, params string[] arguments)
    {
        var (code, output, error) = await EdgeProcess.RunAsync(
            models, ["prompts", .. arguments, "--mode", "LocalOnly", "--data", _data.Path]);

        Assert.Equal(expected, code);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("   at ", output + error, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    private async Task<string> RunAsync(params string[] arguments)
    {
        var (code, output, error) = await EdgeProcess.RunAsync(models, ["prompts", .. arguments, "--data", _data.Path]);
        Assert.True(code == 0, error);
        return output;
    }
}
