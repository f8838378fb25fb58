using System.Text.Json;

namespace Hybrid.LocalStack.Tests;

public sealed class DemoCommandTests
{
    [Fact]
    public async Task Demo_JsonWithBaseline_PrintsOneLineWithEveryCount()
    {
        Node.Require();
        using var stack = new StandIns();
        Environment.SetEnvironmentVariable("HYBRID__Test__Value", "through");

        var exitCode = await stack.RunAsync("demo", "--json", "--baseline", "--mode", "CloudFirst");

        Assert.True(exitCode == 0, stack.Error.ToString());
        using var json = JsonDocument.Parse(Assert.Single(stack.Output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(
            ["prompts", "local", "cloud", "failed", "lost", "correct", "largeCorrect", "localP50Ms", "cloudP50Ms", "elapsedS"],
            json.RootElement.EnumerateObject().Select(property => property.Name));
        Assert.Equal(
            [240, 165, 75, 0, 0, 240 - 33, 240, 10, 200],
            json.RootElement.EnumerateObject().Take(9).Select(property => property.Value.GetDouble()));
        Assert.Contains("edge    | passed on through", stack.DemoLog, StringComparison.Ordinal);
        Assert.Contains("edge    | connection true", stack.DemoLog, StringComparison.Ordinal);
        Assert.Contains("cloud   | connection true", stack.DemoLog, StringComparison.Ordinal);
        Assert.Contains("--mode CloudFirst", stack.DemoLog, StringComparison.Ordinal);
        Assert.Contains("prompts: 240 of 240", stack.Error.ToString(), StringComparison.Ordinal);
        Processes.AssertGone(stack.DemoLog);
    }

    [Fact]
    public async Task Demo_Table_NamesTheRoutes()
    {
        Node.Require();
        using var stack = new StandIns();

        var exitCode = await stack.RunAsync("demo");

        Assert.True(exitCode == 0, stack.Error.ToString());
        Assert.Contains("local", stack.Output.ToString(), StringComparison.Ordinal);
        Assert.Contains("165", stack.Output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Demo_DeviceDiesAtStart_SaysSoWithItsLastLine()
    {
        Node.Require();
        using var stack = new StandIns("edge-dies");

        var exitCode = await stack.RunAsync("demo", "--json");

        Assert.Equal(1, exitCode);
        Assert.Empty(stack.Output.ToString());
        var error = stack.Error.ToString();
        Assert.True(error.Contains("edge ended with 7", StringComparison.Ordinal), error);
        Assert.True(error.Contains("the journal is corrupt", StringComparison.Ordinal), error);
        Processes.AssertGone(stack.DemoLog);
    }

    [Fact]
    public async Task Demo_DeviceDiesInBetween_StopsTheRest()
    {
        Node.Require();
        using var stack = new StandIns("edge-falls");

        var exitCode = await stack.RunAsync("demo", "--json");

        Assert.Equal(1, exitCode);
        Assert.Contains("edge ended with 9 during the demo", stack.Error.ToString(), StringComparison.Ordinal);
        Processes.AssertGone(stack.DemoLog);
    }

    [Fact]
    public async Task Demo_PromptsMissing_NamesTheFile()
    {
        using var stack = new StandIns();

        var exitCode = await stack.RunAsync("demo", "--prompts", "no-such.jsonl");

        Assert.Equal(1, exitCode);
        Assert.Contains("'no-such.jsonl' does not exist", stack.Error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("demo", "--concurrency", "0")]
    [InlineData("--edge-port", "70000", "--func")]
    [InlineData("demos", "--json", "--json")]
    public async Task Arguments_Wrong_EndWith2(params string[] args)
    {
        using var stack = new StandIns();

        Assert.Equal(2, await stack.RunAsync(args));
    }
}
