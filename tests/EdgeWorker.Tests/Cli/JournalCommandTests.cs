using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Cli;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Journal;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge journal</c>, and how a device takes a damaged journal.</summary>
public sealed class JournalCommandTests(TestModels models) : IDisposable
{
    private static readonly string[] CloudOnly = ["--mode", "CloudOnly"];

    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Check_NoJournal_IsUsageAndMakesNone()
    {
        var folder = _data.File("none");

        var (code, output, error) = await RunAsync("check", folder);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains($"no journal in {folder}", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task CheckAndRecover_DeviceRuns_AreRefused()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);

        foreach (var command in new[] { "check", "recover" })
        {
            var (code, _, error) = await RunAsync(command, _data.Path);

            Assert.Equal(2, code);
            Assert.Contains($"id {server.Process.Id}", error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task CheckAndRecover_ForeignFile_AreRefusedAndLeaveIt()
    {
        using (var foreign = TestJournal.Raw(_data.File(PromptJournal.FileName)))
        {
            foreign.Run("CREATE TABLE photos (id INTEGER PRIMARY KEY)");
        }

        var before = await File.ReadAllBytesAsync(_data.File(PromptJournal.FileName), Token);
        foreach (var command in new[] { "check", "recover" })
        {
            var (code, _, error) = await RunAsync(command, _data.Path);

            Assert.Equal(2, code);
            Assert.Contains("database of another program", error, StringComparison.Ordinal);
        }

        Assert.Equal(before, await File.ReadAllBytesAsync(_data.File(PromptJournal.FileName), Token));
    }

    [Fact]
    public async Task Killed_LogCutOff_DeviceRefusesRecoverKeepsAndDeviceGoesOn()
    {
        var ids = new List<Guid>();
        await using (var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly))
        {
            for (var number = 0; number < 20; number++)
            {
                ids.Add((await server.PostAsync(new(Prompt: $"Which pump, {number}?", WaitOffline: true))).Id);
            }

            await server.Process.KillAsync();
        }

        Assert.Equal(0, (await RunAsync("check", _data.Path)).Code);
        using (var log = File.OpenWrite(_data.File("journal.db-wal")))
        {
            log.SetLength(log.Length / 2);
        }

        var (checkedCode, findings, _) = await RunAsync("check", _data.Path);
        Assert.Equal(1, checkedCode);
        Assert.Contains("hybrid-edge journal recover", findings, StringComparison.Ordinal);
        var (refused, _, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--url", "http://127.0.0.1:0", "--data", _data.Path, .. CloudOnly]);
        Assert.Equal(1, refused);
        Assert.Contains($"hybrid-edge journal recover --data \"{_data.Path}\"", error, StringComparison.Ordinal);

        var (code, json, _) = await RunAsync("recover", _data.Path, "--json");

        Assert.Equal(0, code);
        var report = JsonSerializer.Deserialize(json, JournalJson.Default.RecoveryReport)!;
        Assert.All(report.SetAside, path => Assert.True(File.Exists(path)));
        Assert.Equal(0, (await RunAsync("check", _data.Path)).Code);
        await using var again = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);
        Assert.Equal(report.Epoch, (await again.StatusAsync()).JournalEpoch);
        await Eventually.HoldsAsync(async () => (await again.StatusAsync()).Prompts.GetValueOrDefault("accepted") == 0);
        var status = await again.StatusAsync();
        Assert.Equal(report.Prompts, status.Prompts["escalated"]);
        Assert.Equal(report.Prompts, status.Outbox.Single(queue => queue.Queue == "escalations").Pending);
    }

    [Fact]
    public async Task Recover_DamagedAnswer_TellsWhatBecameOfIt()
    {
        using (var test = new TestJournal())
        {
            var prompt = await test.AcceptAsync();
            await test.Journal.SettleAsync(prompt, TestJournal.Local("It is pump seven."));
            test.Journal.Dispose();
            File.Copy(test.Path, _data.File(PromptJournal.FileName));
        }

        var bytes = await File.ReadAllBytesAsync(_data.File(PromptJournal.FileName), Token);
        bytes[bytes.AsSpan().IndexOf("pump seven"u8)] ^= 1;
        await File.WriteAllBytesAsync(_data.File(PromptJournal.FileName), bytes, Token);

        var (checkedCode, findings, _) = await RunAsync("check", _data.Path);
        var (code, output, _) = await RunAsync("recover", _data.Path);
        var (_, nothing, _) = await RunAsync("recover", _data.Path);

        Assert.Equal((1, 0), (checkedCode, code));
        Assert.Contains("is not as it was written", findings, StringComparison.Ordinal);
        Assert.DoesNotContain("seven", findings + output, StringComparison.Ordinal);
        Assert.Contains("1 prompts had an outcome that cannot be believed", output, StringComparison.Ordinal);
        Assert.Contains(".damaged-", output, StringComparison.Ordinal);
        Assert.Contains("nothing to recover", nothing, StringComparison.Ordinal);
        Assert.Equal(PromptState.Failed, await StateAsync());
    }

    public void Dispose() => _data.Dispose();

    private async Task<PromptState> StateAsync()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);
        return Enum.Parse<PromptState>(Assert.Single((await server.StatusAsync()).Prompts).Key, ignoreCase: true);
    }

    private Task<(int Code, string Output, string Error)> RunAsync(string command, string folder, params string[] more) =>
        EdgeProcess.RunAsync(models, ["journal", command, "--data", folder, .. more]);
}
