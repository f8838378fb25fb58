using Hybrid.CloudFunctions.Cli;
using Hybrid.CloudFunctions.Tests.Hosting;
using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests.Cli;

/// <summary><c>hybrid-cloud health</c>.</summary>
[Collection(HandlerGroup.Handlers)]
public sealed class HealthCommandTests(AzuriteFixture azurite)
{
    [Fact]
    public async Task Health_Running_Exits0AndNot_Exits1()
    {
        await using var stack = await CloudStack.CreateAsync(azurite.Server.ConnectionString);
        string address;
        (int, string, string) running;
        await using (var host = await HostRun.StartAsync(CloudStack.SettingsFor(azurite.Server.ConnectionString, stack.Model), standalone: true))
        {
            address = host.Client.BaseAddress!.ToString();
            running = await RunAsync("--url", address);
        }

        var (code, output, error) = await RunAsync("--url", address);

        Assert.Equal((0, "ready\n", ""), running);
        Assert.Equal((1, ""), (code, output));
        Assert.StartsWith($"{address} cannot be reached: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("https://example.com")]
    [InlineData("here")]
    public async Task Health_AddressElsewhere_Exits2(string url)
    {
        var (code, _, error) = await RunAsync("--url", url);

        Assert.Equal(2, code);
        Assert.Contains($"--url is '{url}'", error, StringComparison.Ordinal);
    }

    private static async Task<(int ExitCode, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        return (await CloudCommand.InvokeAsync(["health", .. arguments], output, error), output.ToString(), error.ToString());
    }
}
