using System.Globalization;
using System.Text.RegularExpressions;

namespace Hybrid.LocalStack.Tests;

public sealed partial class UpCommandTests
{
    private static readonly string[] FreePorts = ["--edge-port", "0", "--cloud-port", "0", "--azurite-port", "0"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Up_Stopped_EndsEverythingWithSuccess()
    {
        Node.Require();
        using var stack = new StandIns();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var running = stack.RunAsync(stop.Token, FreePorts);
        await WaitForAsync(stack, "Ready.", running);

        await stop.CancelAsync();
        var exitCode = await running.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.True(exitCode == 0, stack.Error.ToString());
        Assert.Contains("stack   | edge worker      http://127.0.0.1:", stack.Text, StringComparison.Ordinal);
        Processes.AssertGone(stack.Text);
    }

    [Fact]
    public async Task Up_OneDies_StopsTheRestAndFails()
    {
        Node.Require();
        using var stack = new StandIns();
        var running = stack.RunAsync(TestContext.Current.CancellationToken, FreePorts);
        await WaitForAsync(stack, "Ready.", running);

        var cloud = int.Parse(CloudPid().Match(stack.Text).Groups["id"].Value, CultureInfo.InvariantCulture);
        using (var process = System.Diagnostics.Process.GetProcessById(cloud))
        {
            process.Kill();
        }

        Assert.Equal(1, await running.WaitAsync(Patience, TimeProvider.System, TestContext.Current.CancellationToken));
        Assert.Contains("cloud ended with", stack.Error.ToString(), StringComparison.Ordinal);
        Processes.AssertGone(stack.Text);
    }

    private static async Task WaitForAsync(StandIns stack, string text, Task<int> running)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!stack.Text.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(running.IsCompleted, stack.Error.ToString());
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Patience, stack.Text);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    [GeneratedRegex(@"cloud   \| pid (?<id>\d+)")]
    private static partial Regex CloudPid();
}
