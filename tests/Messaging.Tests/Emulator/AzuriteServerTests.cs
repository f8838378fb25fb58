using Hybrid.Azurite;
using Hybrid.Messaging.Conformance;

namespace Hybrid.Messaging.Tests.Emulator;

public sealed class AzuriteServerTests(AzuriteFixture azurite)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_NodeMissing_SaysWhatToInstall()
    {
        _ = azurite.Server;
        using var folder = new TemporaryFolder();

        var failure = await Assert.ThrowsAsync<AzuriteException>(
            () => AzuriteServer.StartAsync(new AzuriteOptions(folder.Path) { Node = "no-such-node" }, Token));

        Assert.True(failure.ToolMissing);
        Assert.Contains("'no-such-node' could not be started", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Install Node.js 18 or newer", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_PortInUse_NamesThePortsAndTheCure()
    {
        using var folder = new TemporaryFolder();
        var taken = azurite.Server.BlobEndpoint.Port;

        var failure = await Assert.ThrowsAsync<AzuriteException>(
            () => AzuriteServer.StartAsync(new AzuriteOptions(folder.Path) { BlobPort = taken }, Token));

        Assert.False(failure.ToolMissing);
        Assert.Contains($"{taken}", failure.Message, StringComparison.Ordinal);
        Assert.Contains("in use", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Parent_Gone_EndsTheEmulator()
    {
        _ = azurite.Server;
        using var folder = new TemporaryFolder();
        await using var server = await AzuriteServer.StartAsync(new AzuriteOptions(folder.Path), Token);
        var exited = server.Exited;

        // All that a dead parent does to its child: its end of the pipe is closed.
        await server.StopAsync().WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Token);

        Assert.Equal(0, await exited);
        Assert.Null(server.ProcessId);
    }

    [Fact]
    public async Task Kill_ThenRestart_KeepsPortsAndConnectionString()
    {
        _ = azurite.Server;
        using var folder = new TemporaryFolder();
        await using var server = await AzuriteServer.StartAsync(new AzuriteOptions(folder.Path), Token);
        var (before, process) = (server.ConnectionString, server.ProcessId);

        await server.KillAsync();
        await server.RestartAsync(Token);

        Assert.Equal(before, server.ConnectionString);
        Assert.NotEqual(process, server.ProcessId);
    }
}
