using System.Text.Json;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Journal;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge run</c> as a user sees it.</summary>
public sealed class RunCommandTests(TestModels models) : IDisposable
{
    private const string Three = """
        {"prompt":"Which pump?","options":{"maxTokens":3}}

        {"id":"valve","messages":[{"role":"user","content":"Which valve?"}],"options":{"maxTokens":3},"unknown":1}
        {"prompt":"Which motor?","options":{"maxTokens":3}}
        """;

    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Run_Twice_SecondRepeatsNothing()
    {
        await File.WriteAllTextAsync(_data.File("three.jsonl"), Three, Token);

        var first = await RunAsync("three.jsonl", "first.jsonl");
        var second = await RunAsync("three.jsonl", "second.jsonl");

        Assert.Equal((0, 0), (first.ExitCode, second.ExitCode));
        var lines = await File.ReadAllLinesAsync(_data.File("first.jsonl"), Token);
        Assert.Equal(lines, await File.ReadAllLinesAsync(_data.File("second.jsonl"), Token));
        Assert.Equal([1, 3, 4], lines.Select(line => Json(line).GetProperty("line").GetInt32()));
        Assert.Equal("valve", Json(lines[1]).GetProperty("id").GetString());
        Assert.Equal(3, Prompts());
        using var summary = JsonDocument.Parse(Assert.Single(first.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(3, summary.RootElement.GetProperty("prompts").GetInt32());
        var route = Assert.Single(summary.RootElement.GetProperty("routes").EnumerateArray());
        Assert.Equal(("local", 3, 9), (
            route.GetProperty("route").GetString(), route.GetProperty("count").GetInt32(), route.GetProperty("outputTokens").GetInt32()));
        Assert.True(route.GetProperty("p50Ms").GetDouble() <= route.GetProperty("p95Ms").GetDouble());
    }

    [Fact]
    public async Task Run_KilledInTheMiddle_TheSameFileFinishesIt()
    {
        const int Lines = 60;
        await File.WriteAllLinesAsync(
            _data.File("many.jsonl"),
            Enumerable.Range(0, Lines).Select(number => $$"""{"prompt":"Pump {{number}}?","options":{"maxTokens":100} }"""), Token);
        await using (var process = EdgeProcess.Start(models, Arguments("many.jsonl", "never.jsonl")))
        {
            await Eventually.HoldsAsync(() => File.Exists(_data.File(PromptJournal.FileName)) && Prompts() >= 10);
            await process.KillAsync();
        }

        var begun = Ids();
        var (code, _, _) = await RunAsync("many.jsonl", "all.jsonl");

        var lines = await File.ReadAllLinesAsync(_data.File("all.jsonl"), Token);
        Assert.Equal((0, Lines, Lines), (code, lines.Length, Prompts()));
        Assert.Equal(Enumerable.Range(1, Lines), lines.Select(line => Json(line).GetProperty("line").GetInt32()));
        Assert.Subset(lines.Select(line => Json(line).GetProperty("promptId").GetString()!).ToHashSet(), begun);
        Assert.False(File.Exists(_data.File("never.jsonl")));
    }

    [Fact]
    public async Task Run_StandardInputAndNoOut_TableOnOutput()
    {
        var (code, output, _) = await EdgeProcess.RunAsync(models, ["run", "-", "--mode", "LocalOnly", "--data", _data.Path], Three);

        Assert.Equal(0, code);
        Assert.Contains("p95 ms", output, StringComparison.Ordinal);
        Assert.Contains("local", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_SomebodyServes_GoesThereAndFailuresAreCounted()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "CloudOnly"]);

        var (code, output, _) = await EdgeProcess.RunAsync(models, ["run", "-", "--json", "--data", _data.Path], Three);

        Assert.Equal(1, code);
        using var summary = JsonDocument.Parse(output);
        Assert.Equal("failed", Assert.Single(summary.RootElement.GetProperty("routes").EnumerateArray()).GetProperty("route").GetString());
        Assert.Equal(3, (await server.StatusAsync()).Prompts["failed"]);
    }

    [Theory]
    [InlineData("{\"prompt\":\"a\"}\n{\"prompt\":", "Line 2")]
    [InlineData("{\"prompt\":\"a\"}\n\n{\"prompt\":7}", "Line 3")]
    [InlineData("{\"prompt\":\"a\"}\n{}", "Line 2")]
    [InlineData("{\"prompt\":\"a\"}\nnull", "Line 2")]
    [InlineData("{\"prompt\":\"a\"}\n{\"prompt\":\"\"}", "Line 2")]
    [InlineData("{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"messages\":[]}", "Line 2")]
    [InlineData("{\"id\":\"x\",\"prompt\":\"a\"}\n{\"id\":\"x\",\"prompt\":\"b\"}", "Line 2")]
    [InlineData("{\"prompt\":\"a\",\"options\":{\"temperature\":9}}", "Line 1")]
    [InlineData("", "no prompt")]
    public async Task Run_BadLine_IsNamedAndNothingIsSent(string file, string named)
    {
        var (code, output, error) = await EdgeProcess.RunAsync(models, ["run", "-", "--mode", "LocalOnly", "--data", _data.Path], file);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_data.File(PromptJournal.FileName)));
    }

    [Fact]
    public async Task Run_LineTheDeviceRefuses_IsNamed()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["run", "-", "--mode", "LocalOnly", "--data", _data.Path],
            "{\"prompt\":\"a\",\"options\":{\"maxTokens\":1}}\n{\"prompt\":\"b\",\"model\":\"gpt-9\"}");

        Assert.Equal(1, code);
        Assert.Contains("Line 2: model: There is no such model here", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoSuchFile_SaysSo()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(models, ["run", _data.File("none.jsonl"), "--data", _data.Path]);

        Assert.Equal(2, code);
        Assert.Contains("none.jsonl", error, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    private string[] Arguments(string file, string target) =>
        ["run", _data.File(file), "--out", _data.File(target), "--json", "--mode", "LocalOnly", "--data", _data.Path];

    private Task<(int ExitCode, string Output, string Error)> RunAsync(string file, string target) =>
        EdgeProcess.RunAsync(models, Arguments(file, target));

    private int Prompts() => Ids().Count;

    private HashSet<string> Ids()
    {
        using var raw = TestJournal.Raw(_data.File(PromptJournal.FileName));
        return [.. raw.Query("SELECT id FROM prompts", row => row.GetString(0))];
    }

    private static JsonElement Json(string line) => JsonDocument.Parse(line).RootElement;
}
