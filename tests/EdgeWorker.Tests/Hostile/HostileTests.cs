using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Tests.Cli;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Hostile;

/// <summary>The real program under a thousand requests nobody should send.</summary>
public sealed class HostileTests(TestModels models) : IDisposable
{
    private const int Seed = 20261124;
    private const int Requests = 1000;
    private const int AtOnce = 8;

    /// <summary>
    /// What is not the collector's is in this too: the model's memory, threads, compiled code. Some 200 MB of bodies are read, so what kept a third
    /// of them would be noticed.
    /// </summary>
    private const long Margin = 64L << 20;

    /// <summary>The collector and the pools of buffers give memory back bit by bit; in 40 s all of it was seen to be back on a busy machine.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(2);

    private readonly TemporaryFolder _data = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Thousand_NoServerErrorNoCrashAndMemoryComesBack()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, [], ("HYBRID__Routing__Mode", "LocalOnly"));
        // What the program needs once, it needs afterwards too: the first hundred only warm it up.
        var seen = new ConcurrentDictionary<(string Kind, int Status), int>();
        await SendAsync(server, new HostileRequests(Seed + 1).Draw(100), []);
        await WorksAsync(server);
        var before = await WorkerMemory.CollectedBytesAsync(server.Process.Id, Token);

        await SendAsync(server, new HostileRequests(Seed).Draw(Requests), seen);

        await WorksAsync(server);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(
            '\n', seen.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key.Kind}: {pair.Key.Status} x {pair.Value}")));
        Assert.DoesNotContain(seen, pair => pair.Key.Status is >= 500 and not 503);
        // Each kind was heard, or the connection was ended; and the kinds that are requests at all were refused.
        Assert.True(seen.Where(pair => pair.Key.Status is >= 400 and < 500).Select(pair => pair.Key.Kind).Distinct().Count() >= 15);
        var after = 0L;
        await Eventually.HoldsAsync(
            async () =>
            {
                await server.StatusAsync();
                after = await WorkerMemory.CollectedBytesAsync(server.Process.Id, Token);
                return after <= before + Margin;
            },
            Patience, Look);
        TestContext.Current.TestOutputHelper?.WriteLine($"private bytes: {before >> 20} MB before, {after >> 20} MB after");
        Assert.DoesNotContain("Unhandled", server.Process.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("failed.", server.Process.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LargeBodies_ComingToNothing_LeaveNoMemoryBehind()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, [], ("HYBRID__Routing__Mode", "LocalOnly"));
        await WorksAsync(server);
        var before = await WorkerMemory.PrivateBytesAsync(server.Process.Id, Token);
        // As large as bodies may be: six bytes for each of a text that is too long for any model.
        var body = Encoding.ASCII.GetBytes(
            $$"""{"model":"{{TestModels.Name}}","messages":[{"role":"user","content":"{{string.Concat(Enumerable.Repeat("\\u0041", 1_900_000))}}"}]}""");

        for (var round = 0; round < 2; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
            {
                using var content = new ByteArrayContent(body);
                content.Headers.ContentType = new("application/json");
                using var response = await server.Http.PostAsync("v1/chat/completions", content, Token);
                Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
            }));
        }

        // Nobody has the program collect its garbage here: it must think of it itself.
        var after = 0L;
        await Eventually.HoldsAsync(
            async () => (after = await WorkerMemory.PrivateBytesAsync(server.Process.Id, Token)) <= before + Margin, Patience, Look);
        TestContext.Current.TestOutputHelper?.WriteLine($"private bytes: {before >> 20} MB before, {after >> 20} MB after");
        await WorksAsync(server);
    }

    public void Dispose() => _data.Dispose();

    private static async Task SendAsync(
        EdgeServer server, IEnumerable<HostileRequest> requests, ConcurrentDictionary<(string Kind, int Status), int> seen) =>
        await Parallel.ForEachAsync(
            requests, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = Token },
            async (request, token) =>
            {
                var statuses = await HostileClient.SendAsync(server.Address, request, token).SoonAsync();
                foreach (var status in statuses.DefaultIfEmpty(0))
                {
                    seen.AddOrUpdate((request.Kind, status), 1, (_, count) => count + 1);
                }
            });

    private static async Task WorksAsync(EdgeServer server)
    {
        var prompt = await server.PostAsync(new PromptBody("Which pump?", Options: new Contracts.PromptOptions(MaxTokens: 4), Interactive: true), wait: 60);
        Assert.Equal(Contracts.PromptState.Answered, prompt.State);
    }
}
