using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Models;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Contracts;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Tests.Settings;

/// <summary>Every wrong value is named with its key and the remedy.</summary>
public sealed class SettingsTests
{
    [Theory]
    [InlineData("Model:Provider", "7", "Model:Provider is '7'; it must be one of Onnx, AzureOpenAI, OpenAI")]
    [InlineData("Model:CallTimeout", "soon", "HYBRID__Model__CallTimeout")]
    [InlineData("Model:TotalTime", "00:00:10", "it must not be shorter than CallTimeout")]
    [InlineData("Model:TotalTime", "00:30:00", "functionTimeout of host.json (00:10:00)")]
    [InlineData("Model:Path", "no/such/folder", "no such folder is there")]
    [InlineData("Lease:Duration", "00:00:05", "Lease:Duration is '00:00:05'; it must be a length of time from 00:00:15 to 00:01:00")]
    [InlineData("Api:Deadline", "-1", "Api:Deadline")]
    [InlineData("Prices:gpt:InputPerMillon", "1", "Prices:gpt:InputPerMillon is '1'")]
    [InlineData("Prices:gpt:Model", "gpt-4.1", "Prices:gpt:Model is 'gpt-4.1'")]
    [InlineData("Prices:gpt:InputPerMillion", "cheap", "Prices:gpt:InputPerMillion is 'cheap'")]
    [InlineData("Messaging:Transport", "Pigeon", "Messaging:Transport is 'Pigeon'")]
    public void Read_WrongValue_IsNamed(string key, string value, string named)
    {
        var failures = Read((key, value));

        Assert.Contains(failures, failure => failure.Contains(named, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_AzureOpenAIWithNothing_NamesAllThatIsMissing()
    {
        var failures = Read(("Model:Provider", "AzureOpenAI"));

        Assert.Equal(2, failures.Count);
        Assert.Contains(failures, failure => failure.StartsWith("Model:Endpoint is not set", StringComparison.Ordinal));
        Assert.Contains(failures, failure => failure.StartsWith("Model:Deployment is not set", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_OpenAIWithoutKey_IsNamedOnlyForTheirOwnService()
    {
        var failure = Assert.Single(Read(("Model:Provider", "OpenAI"), ("Model:Model", "m")));
        Assert.StartsWith("Model:ApiKey", failure, StringComparison.Ordinal);
        Assert.Empty(Read(("Model:Provider", "OpenAI"), ("Model:Model", "m"), ("Model:Endpoint", "http://localhost:11434/v1")));
    }

    [Fact]
    public void Read_AddressWithSecret_IsNotShown()
    {
        var failure = Assert.Single(
            Read(("Model:Provider", "OpenAI"), ("Model:Model", "m"), ("Model:Endpoint", "https://me:hush@host/v1")));

        Assert.DoesNotContain("hush", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("AzureWebJobsStorage", "UseDevelopmentStorage=true", "ConnectionString", "UseDevelopmentStorage=true")]
    [InlineData("AzureWebJobsStorage:queueServiceUri", "https://a.queue.example", "QueueServiceUri", "https://a.queue.example")]
    [InlineData("AzureWebJobsStorage:blobServiceUri", "https://a.blob.example", "BlobServiceUri", "https://a.blob.example")]
    [InlineData("AzureWebJobsStorage:accountName", "acme", "QueueServiceUri", "https://acme.queue.core.windows.net")]
    [InlineData("AzureWebJobsStorage:accountName", "acme", "BlobServiceUri", "https://acme.blob.core.windows.net")]
    public void FromHost_TheHostsAccount_BecomesOurs(string key, string value, string named, string expected)
    {
        var host = Configuration((key, value)).GetSection(CloudConfiguration.HostStorage);

        Assert.Equal(expected, CloudConfiguration.FromHost(host)[$"Messaging:{named}"]);
    }

    [Fact]
    public void CostOf_NamesInTurn_TakesTheFirstPrice()
    {
        var failures = new List<string>();
        var prices = PriceList.Read(
            Configuration(
                ("Prices:gpt:InputPerMillion", "2"), ("Prices:gpt:OutputPerMillion", "8"),
                ("Prices:llama3:8b:InputPerMillion", "0"), ("Prices:llama3:8b:OutputPerMillion", "1"),
                ("Prices:large:Model", "gpt-4.1-mini"), ("Prices:large:InputPerMillion", "4"), ("Prices:large:OutputPerMillion", "0")),
            failures);

        Assert.Empty(failures);
        Assert.Equal(new Cost(0.0036m, "USD"), prices.CostOf(["gpt-2026", "gpt"], new TokenUsage(1000, 200)));
        Assert.Equal(new Cost(0.0002m, "USD"), prices.CostOf(["llama3:8b"], new TokenUsage(1000, 200)));
        Assert.Equal(new Cost(0.004m, "USD"), prices.CostOf(["gpt-4.1-mini"], new TokenUsage(1000, 200)));
        Assert.Null(prices.CostOf(["large"], new TokenUsage(1, 1)));
        Assert.Null(prices.CostOf(["other", null], new TokenUsage(1, 1)));
        Assert.Null(prices.CostOf(["gpt"], null));
    }

    private static List<string> Read(params (string Key, string Value)[] values)
    {
        var failures = new List<string>();
        // A folder that exists, unless the case is about folders.
        CloudSettings.Read(Configuration([("Model:Path", AppContext.BaseDirectory), .. values]), failures);
        return failures;
    }

    private static IConfiguration Configuration(params (string Key, string Value)[] values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))
            .GroupBy(pair => pair.Key).Select(group => group.Last()))
        .Build();
}
