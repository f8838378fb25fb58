using Hybrid.Contracts;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>The official OpenAI SDK for Node.js against a running device; what it checks is in <c>tests/OpenAIClients/client.mjs</c>.</summary>
public sealed class NodeClientTests(TestModels models) : IDisposable
{
    private static readonly RoutingOptions Sure = new() { ConfidenceThreshold = 0 };
    private static readonly RoutingOptions Unsure = new() { ConfidenceThreshold = 1 };

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("chat")]
    [InlineData("stream")]
    [InlineData("usage")]
    [InlineData("stop")]
    [InlineData("seed")]
    [InlineData("logprobs")]
    [InlineData("jsonSchema")]
    [InlineData("errors")]
    [InlineData("models")]
    [InlineData("responses")]
    public async Task Scenario_Succeeds(string scenario)
    {
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, Sure);

        await NodeClient.RunAsync(scenario, device.Http.BaseAddress!, TestModels.Name);
    }

    [Fact]
    public async Task Embeddings_Succeed()
    {
        using var embeddings = new EmbeddingFolder();
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, Sure, embeddings: embeddings.Path);

        await NodeClient.RunAsync("embeddings", device.Http.BaseAddress!, TestModels.Name, "embed");
    }

    [Fact]
    public async Task Retry_AfterATimeout_EscalatesOnce()
    {
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, Unsure);
        device.Link.Succeeded();

        var running = NodeClient.RunAsync("retry", device.Http.BaseAddress!, TestModels.Name);
        var prompt = (await device.OneEscalatedAsync()).Id;
        // The client gives up, and comes back by itself.
        await Eventually.HoldsAsync(() => !device.IsAwaited(prompt));
        await device.AnswerFromCloudAsync(prompt);

        await running;
        Assert.Single(device.Journal.List(null, 10));
    }

    [Fact]
    public async Task Cancellation_CancelsThePrompt()
    {
        await using var device = await TestDevice.StartAsync(_folder.Path, models.Folder, Sure, works: false);

        await NodeClient.RunAsync("cancellation", device.Http.BaseAddress!, TestModels.Name);

        await Eventually.HoldsAsync(() => device.Journal.List(PromptState.Failed, 1).Count == 1);
        Assert.Equal(ReasonCode.Cancelled, device.Journal.List(null, 1)[0].Reason);
    }

    public void Dispose() => _folder.Dispose();
}
