using Hybrid.CloudFunctions.Models;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;
using Hybrid.Inference.Folders;
using Hybrid.ModelWriter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hybrid.CloudFunctions.Tests.Models;

/// <summary>The providers, without a queue.</summary>
public sealed class LargeModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hybrid-large-").FullName;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Ask_AzureOpenAIWithKey_CallsTheDeployment()
    {
        await using var server = await ModelEndpoint.StartAsync(Token);

        var answer = await AskAsync(
            Azure(server),
            new PromptOptions(100, 0.5, 0.5, ["END"], 7, true));

        Assert.Equal(("An answer.", FakeModelReply.Model), (answer.Text, answer.Model));
        var call = Assert.Single(server.Calls);
        Assert.Equal(("/openai/deployments/my-gpt/chat/completions", "k-1"), (call.Path, call.Authorization));
    }

    [Fact]
    public async Task Ask_AzureOpenAIContentFilter_IsFiltered()
    {
        await using var server = await ModelEndpoint.StartAsync(Token);
        server.Reply = _ => FakeModelReply.ContentFilter;

        var answer = await AskAsync(
            Azure(server));

        Assert.Equal((CloudOutcome.Filtered, "my-gpt"), (answer.Outcome, answer.Model));
    }

    [Fact]
    public async Task Ask_OpenAIWithKey_SendsIt()
    {
        await using var server = await ModelEndpoint.StartAsync(Token);

        await AskAsync(new ModelOptions { Provider = ModelProvider.OpenAI, Endpoint = server.OpenAIEndpoint, Model = "m", ApiKey = "k-2" });

        var call = Assert.Single(server.Calls);
        Assert.Equal(("/v1/chat/completions", "Bearer k-2"), (call.Path, call.Authorization));
        Assert.Contains("\"model\":\"m\"", call.Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_OpenAIUnreachable_IsUnavailable()
    {
        var server = await ModelEndpoint.StartAsync(Token);
        var options = new ModelOptions
        {
            Provider = ModelProvider.OpenAI,
            Endpoint = server.OpenAIEndpoint,
            Model = "m",
            TotalTime = TimeSpan.FromMilliseconds(400),
        };
        await server.DisposeAsync();

        var exception = await Assert.ThrowsAsync<ModelUnavailableException>(() => AskAsync(options));

        Assert.Equal("unreachable", exception.Code);
    }

    [Fact]
    public async Task Ask_Onnx_AnswersWithUsage()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), new PromptOptions(MaxTokens: 4));

        Assert.Equal((CloudOutcome.Answered, Path.GetFileName(_folder), "length"), (answer.Outcome, answer.Model, answer.FinishReason));
        Assert.Equal(4, answer.Usage?.OutputTokens);
        Assert.Equal("EUR", answer.Cost?.Currency);
    }

    [Fact]
    public async Task Ask_OnnxPromptTooLong_IsFailed()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), text: new string('x', 5000));

        Assert.Equal((CloudOutcome.Failed, "too_long"), (answer.Outcome, answer.Error?.Code));
    }

    [Fact]
    public async Task Ask_OnnxJson_IsFailed()
    {
        WriteTiny();

        var answer = await AskAsync(Onnx(), new PromptOptions(Json: true));

        Assert.Equal((CloudOutcome.Failed, "unsupported"), (answer.Outcome, answer.Error?.Code));
    }

    [Fact]
    public async Task Get_OnnxFolderDamaged_SaysSo()
    {
        await using var source = new ModelSource(Onnx(), TimeProvider.System);

        await Assert.ThrowsAsync<ModelFolderException>(() => source.GetAsync(Token));

        Assert.False(source.IsReady);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private void WriteTiny() => ModelFolderWriter.Write(_folder, ModelShape.Tiny, new RandomWeights(1), SideFiles.TinyByteLevel());

    private static ModelOptions Azure(ModelEndpoint server) => new()
    {
        Provider = ModelProvider.AzureOpenAI,
        Endpoint = server.AzureEndpoint,
        Deployment = "my-gpt",
        ApiKey = "k-1",
    };

    private ModelOptions Onnx() => new() { Provider = ModelProvider.Onnx, Path = _folder, Threads = 1 };

    private static async Task<ModelAnswer> AskAsync(ModelOptions options, PromptOptions? wishes = null, string? text = null)
    {
        var failures = new List<string>();
        var prices = PriceList.Read(
            new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                [$"Prices:{options.Name}:InputPerMillion"] = "1",
                [$"Prices:{options.Name}:OutputPerMillion"] = "1",
                [$"Prices:{options.Name}:Currency"] = "EUR",
            }).Build(),
            failures);
        await using var source = new ModelSource(options, TimeProvider.System);
        return await new LargeModel(source, options, prices, TimeProvider.System, NullLogger<LargeModel>.Instance)
            .AskAsync(Samples.Escalation("device", options: wishes, text: text), Token);
    }
}
