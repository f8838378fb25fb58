using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge health</c>.</summary>
public sealed class HealthCommandTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Fact]
    public async Task Health_DeviceRuns_IsFoundByFolderAndByAddress()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "CloudOnly"]);

        var byFolder = await EdgeProcess.RunAsync(models, ["health", "--data", _data.Path]);
        var byAddress = await EdgeProcess.RunAsync(models, ["health", "--url", server.Address.ToString()]);

        Assert.Equal((0, "ready\n"), (byFolder.ExitCode, byFolder.Output));
        Assert.Equal((0, "ready\n"), (byAddress.ExitCode, byAddress.Output));
    }

    [Fact]
    public async Task Health_DeviceWasKilled_Exits1()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "CloudOnly"]);
        await server.Process.KillAsync();

        var (code, output, error) = await EdgeProcess.RunAsync(models, ["health", "--data", _data.Path]);

        Assert.Equal((1, ""), (code, output));
        Assert.NotEmpty(error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_JournalIsFull_Exits1AndSaysSo()
    {
        await using var server = await EdgeServer.StartAsync(
            models, _data.Path, ["--mode", "CloudOnly"], ("HYBRID__Journal__MaxPrompts", "1"));
        await server.PostAsync(new PromptBody("Which pump?", WaitOffline: true));

        var (code, _, error) = await EdgeProcess.RunAsync(models, ["health", "--data", _data.Path]);

        Assert.Equal(1, code);
        Assert.Contains("The journal is full", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_NoDevice_Exits1AndNamesTheFolder()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["health", "--data", _data.Path]);

        Assert.Equal((1, $"No device runs on {_data.Path}, or it is still starting."), (code, error));
    }

    [Theory]
    [InlineData("ftp://127.0.0.1")]
    [InlineData("here")]
    public async Task Health_NoAddress_Exits2(string url)
    {
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["health", "--url", url]);

        Assert.Equal(2, code);
        Assert.Contains(url, error, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();
}
