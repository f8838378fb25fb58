using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Hybrid.LocalStack.Demo;
using Hybrid.LocalStack.Stack;

namespace Hybrid.LocalStack.Tests;

public sealed class StackTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--edge-port")]
    [InlineData("--cloud-port")]
    [InlineData("--azurite-port")]
    public async Task Up_PortInUse_NamesItAndTheOption(string option)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        using var stack = new StandIns();
        string[] ports = [.. new[] { "--edge-port", "--cloud-port", "--azurite-port" }.SelectMany(
            name => new[] { name, name == option ? $"{port}" : "0" })];

        var exitCode = await stack.RunAsync(ports);

        Assert.Equal(1, exitCode);
        Assert.Contains($"Port {port}", stack.Error.ToString(), StringComparison.Ordinal);
        Assert.Contains($"{option} N", stack.Error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dispose_StubbornProgram_IsKilledInTheEnd()
    {
        Node.Require();
        using var standIns = new StandIns("edge-stubborn");
        using var lines = new StringWriter();
        var log = new StackLog(lines);
        var options = new StackOptions { Folder = Path.Combine(standIns.Layout.State, "up") };

        await using (await RunningStack.StartAsync(standIns.Layout, options, log, Token))
        {
            Assert.Contains("edge    | pid", lines.ToString(), StringComparison.Ordinal);
        }

        Processes.AssertGone(lines.ToString());
        Assert.Contains("I stay", lines.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stack_Killed_LeavesNoOrphan()
    {
        Node.Require();
        var port = StackPorts.Take(0, "", "");
        using var standIns = new StandIns();
        using var keeper = Process.Start(new ProcessStartInfo(
            "node", [Path.Combine(AppContext.BaseDirectory, "keeper.cjs"), .. standIns.Layout.Edge, "--url", $"http://127.0.0.1:{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        var line = await keeper.StandardOutput.ReadLineAsync(Token).AsTask().WaitAsync(Patience, TimeProvider.System, Token);

        // All that the death of the stack does to a keeper: its end of the pipe is closed.
        keeper.StandardInput.Close();
        await keeper.WaitForExitAsync(Token).WaitAsync(Patience, TimeProvider.System, Token);

        Processes.AssertGone($"| {line}");
    }

    [Fact]
    public async Task Reset_StackRunning_IsRefusedAndAfterwardsDeletesWhatIsItsOwn()
    {
        using var stack = new StandIns();
        using (StackState.Take(stack.Layout.State, "up", fresh: false))
        {
            Assert.Equal(1, await stack.RunAsync("reset"));
            Assert.Contains("Stop it first", stack.Error.ToString(), StringComparison.Ordinal);
            Assert.Throws<StackException>(() => StackState.Take(stack.Layout.State, "up", fresh: false));
        }

        var others = Path.Combine(stack.Layout.State, "device", "hybrid-edge");
        Directory.CreateDirectory(others);
        Assert.Equal(0, await stack.RunAsync("reset"));
        Assert.Equal([Path.GetDirectoryName(others)], Directory.EnumerateFileSystemEntries(stack.Layout.State));
        Directory.Delete(others);
        Directory.Delete(Path.GetDirectoryName(others)!);
        Assert.Equal(0, await stack.RunAsync("reset"));
        Assert.False(Directory.Exists(stack.Layout.State));
        Assert.Equal(0, await stack.RunAsync("reset"));
    }

    [Fact]
    public void Take_Fresh_DeletesWhatWasThere()
    {
        using var stack = new StandIns();
        var file = Path.Combine(stack.Layout.State, "demo", "old");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, "");

        using var state = StackState.Take(stack.Layout.State, "demo", fresh: true);

        Assert.True(Directory.Exists(state.Folder));
        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Ask_DeviceNeverSettles_IsLost()
    {
        Node.Require();
        using var standIns = new StandIns("edge-forgets");
        using var lines = new StringWriter();
        var options = new StackOptions { Folder = Path.Combine(standIns.Layout.State, "demo") };
        await using var stack = await RunningStack.StartAsync(standIns.Layout, options, new StackLog(lines), Token);
        var prompt = (await PromptFile.ReadAsync(standIns.Layout.Prompts, Token))[0];
        using var client = PromptClient.ForEdge(stack.Edge, TimeSpan.FromSeconds(1));

        var outcome = await client.AskAsync(prompt, Token);

        Assert.Null(outcome.State);
        Assert.Equal(1, DemoSummary.Of([outcome], null, TimeSpan.FromSeconds(1)).Lost);
    }

    [Fact]
    public async Task Samples_AreAtLeast200AndAtMost35PercentHard()
    {
        var lines = await File.ReadAllLinesAsync(StackLayout.OfCheckout().Prompts, Token);
        var prompts = await PromptFile.ReadAsync(StackLayout.OfCheckout().Prompts, Token);

        Assert.InRange(prompts.Count, 200, 1000);
        Assert.InRange(
            lines.Count(line => line.Contains("\"class\": \"hard\"", StringComparison.Ordinal)) / (double)prompts.Count, 0.2, 0.35);
        Assert.Equal(prompts.Count, prompts.Select(prompt => prompt.Id).Distinct().Count());
        Assert.All(prompts, prompt => Assert.NotEmpty(prompt.Answer));
    }

    [Fact]
    public void Summary_NothingAnswered_HasNoMedians()
    {
        var prompt = new DemoPrompt("1", "?", "!");

        var summary = DemoSummary.Of(
            [new DemoOutcome(prompt, "expired", null, null, 5), new DemoOutcome(prompt, null, null, null, 5)],
            null,
            TimeSpan.FromSeconds(2));

        Assert.Equal(new DemoSummary(2, 0, 0, 1, 1, 0, null, 0, 0, 2), summary);
    }
}
