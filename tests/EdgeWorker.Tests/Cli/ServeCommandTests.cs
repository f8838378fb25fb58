using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Journal;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge serve</c>: started, stopped, killed.</summary>
public sealed class ServeCommandTests(TestModels models) : IDisposable
{
    private static readonly string[] CloudOnly = ["--mode", "CloudOnly"];

    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Serve_SecondOnTheSameFolder_RefusesAndNamesTheOwner()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);

        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--url", "http://127.0.0.1:0", "--data", _data.Path, "--mode", "CloudOnly"]);

        Assert.Equal(1, code);
        Assert.Contains($"id {server.Process.Id}, {server.Address}", error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync("readyz", Token)).StatusCode);
    }

    [Fact]
    public async Task Serve_SettingNobodyReads_IsNamedUnlessItIsTheClouds()
    {
        await using var server = await EdgeServer.StartAsync(
            models, _data.Path, CloudOnly, ("HYBRID__Routing__ConfidenceTreshold", "0.5"), ("HYBRID__Messaging__Amqp__Prefetched", "1"),
            ("HYBRID__Messaging__Amqp__Entities__answers", "mine"), ("HYBRID__Prices__large__InputPerMillion", "1"), ("HYBRID__Api__Deadline", "00:05:00"));

        Assert.Equal(
            ["Messaging:Amqp:Prefetched", "Routing:ConfidenceTreshold"],
            server.Process.Error.Split('\n').Where(line => line.EndsWith("no such setting.", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]));
    }

    [Fact]
    public async Task Serve_Files_OnlyForTheirUser()
    {
        var folder = _data.File("made");
        await using var server = await EdgeServer.StartAsync(models, folder, CloudOnly);

        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(folder, "owner.json")));
        }
    }

    [Fact]
    public async Task Serve_Terminated_Exits0AndLeavesNoOwner()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);
        var id = (await server.StatusAsync()).DeviceId;

        await server.Process.TerminateAsync();

        var (code, output, error) = await server.Process.EndAsync();
        Assert.Equal((0, ""), (code, output));
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_data.File("owner.json")));
        await using var again = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);
        Assert.Equal(id, (await again.StatusAsync()).DeviceId);
    }

    [Fact]
    public async Task Serve_TerminatedWhileSomebodyWaits_StillEndsInOrder()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);
        var waiting = server.PostAsync(new PromptBody("Which pump?", WaitOffline: true), wait: 600);
        await Eventually.HoldsAsync(async () => (await server.StatusAsync()).Prompts.ContainsKey("escalated"));

        await server.Process.TerminateAsync();

        Assert.Equal(PromptState.Escalated, (await waiting.SoonAsync()).State);
        Assert.Equal(0, (await server.Process.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Serve_KilledInTheMiddleOfWrites_EverythingAcknowledgedIsThere()
    {
        var acknowledged = new List<Guid>();
        Guid epoch;
        await using (var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly))
        {
            epoch = (await server.StatusAsync()).JournalEpoch;
            using var enough = new SemaphoreSlim(0);
            var posting = Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
            {
                try
                {
                    while (true)
                    {
                        var prompt = await server.PostAsync(new PromptBody($"Which pump? {writer}", WaitOffline: true));
                        lock (acknowledged)
                        {
                            acknowledged.Add(prompt.Id);
                        }

                        enough.Release();
                    }
                }
                catch (HttpRequestException)
                {
                    // Killed.
                }
            }));
            for (var count = 0; count < 150; count++)
            {
                await enough.WaitAsync(Token).SoonAsync();
            }

            await server.Process.KillAsync();
            await posting.SoonAsync();
        }

        using (var raw = TestJournal.Raw(_data.File(PromptJournal.FileName)))
        {
            Assert.Equal("ok", raw.Query("PRAGMA integrity_check", row => row.GetString(0))[0]);
            Assert.Subset(raw.Query("SELECT id FROM prompts", row => row.GetGuid(0)).ToHashSet(), acknowledged.ToHashSet());
            Assert.Equal(
                raw.Query("SELECT count(*) FROM prompts WHERE state = 'escalated'", row => row.GetInt64(0)),
                raw.Query("SELECT count(*) FROM outbox WHERE queue = 'escalations'", row => row.GetInt64(0)));
        }

        await using var again = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);
        Assert.Equal(epoch, (await again.StatusAsync()).JournalEpoch);
        await Eventually.HoldsAsync(async () => (await again.StatusAsync()).Prompts.GetValueOrDefault("accepted") == 0);
        Assert.Equal(acknowledged[0], (await again.GetAsync(acknowledged[0])).Id);
    }

    [Fact]
    public async Task Serve_KilledOwner_OthersDoNotFollowItsTrace()
    {
        await using (var server = await EdgeServer.StartAsync(models, _data.Path, CloudOnly))
        {
            await server.Process.KillAsync();
        }

        Assert.True(File.Exists(_data.File("owner.json")));

        var (code, output, _) = await EdgeProcess.RunAsync(models, ["outbox", "--json", "--data", _data.Path]);

        Assert.Equal(0, code);
        Assert.Empty(JsonSerializer.Deserialize(output, ApiJson.Default.StatusView)!.Outbox);
    }

    [Fact]
    public async Task Serve_KilledOwner_TheNextTakesTheFolderAndIsNamed()
    {
        int killed;
        await using (var first = await EdgeServer.StartAsync(models, _data.Path, CloudOnly))
        {
            killed = first.Process.Id;
            await first.Process.KillAsync();
        }

        await using var second = await EdgeServer.StartAsync(models, _data.Path, CloudOnly);
        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--url", "http://127.0.0.1:0", "--data", _data.Path, .. CloudOnly]);

        Assert.Equal(1, code);
        Assert.Contains($"id {second.Process.Id}, {second.Address}", error, StringComparison.Ordinal);
        Assert.DoesNotContain($"id {killed},", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_PortInUse_SaysSoAndEnds()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var url = $"http://127.0.0.1:{((IPEndPoint)taken.LocalEndpoint).Port}";

        var (code, output, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--url", url, "--data", _data.Path, "--mode", "CloudOnly"]);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains($"{url} is in use by another program", error, StringComparison.Ordinal);
        Assert.Contains("--url", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(File.Exists(_data.File("owner.json")));
    }

    [Fact]
    public async Task Serve_DamagedJournal_SaysSoAndLeavesItAsItIs()
    {
        await File.WriteAllTextAsync(_data.File(PromptJournal.FileName), "Dear diary", Token);

        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--url", "http://127.0.0.1:0", "--data", _data.Path, "--mode", "CloudOnly"]);

        Assert.Equal(1, code);
        Assert.Contains("damaged or no database", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.Equal("Dear diary", await File.ReadAllTextAsync(_data.File(PromptJournal.FileName), Token));
    }

    [Theory]
    [InlineData("device-id", "Pump_7")]
    [InlineData("device-id", "")]
    public async Task Serve_KeptIdIsNone_SaysSo(string file, string content)
    {
        await File.WriteAllTextAsync(_data.File(file), content, Token);

        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["serve", "--url", "http://127.0.0.1:0", "--data", _data.Path, "--mode", "CloudOnly"]);

        Assert.Equal(1, code);
        Assert.Contains("holds no device id", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_WhateverHappens_LogsNoText()
    {
        const string Secret = "zebra-4711";
        await using var server = await EdgeServer.StartAsync(models, _data.Path, null, ("HYBRID__Logging__LogLevel__Default", "Debug"));
        using var json = new StringContent($$"""{"prompt":"{{Secret}}","model":"{{Secret}}"}""", Encoding.UTF8, "application/json");
        using var refused = await server.Http.PostAsync("hybrid/prompts", json, Token);
        await server.PostAsync(new PromptBody(Secret, Options: new(MaxTokens: 3)), wait: 60);
        await server.PostAsync(new PromptBody(Secret, Model: "cloud"), wait: 60);
        await server.PostAsync(new PromptBody(Secret, Model: "cloud", WaitOffline: true));
        await server.PostAsync(new PromptBody(string.Concat(Enumerable.Repeat(Secret, 500)), Model: TestModels.Name), wait: 60);
        await server.Process.SaidAsync("Next attempt in");

        await server.Process.TerminateAsync();

        var (code, output, error) = await server.Process.EndAsync();
        Assert.Equal((0, ""), (code, output));
        Assert.DoesNotContain(Secret, error, StringComparison.Ordinal);
        Assert.DoesNotContain("c2VjcmV0", error, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();
}
