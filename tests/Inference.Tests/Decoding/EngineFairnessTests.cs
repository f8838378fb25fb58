using Hybrid.Inference.Decoding;
using Hybrid.Inference.Sampling;
using Hybrid.Inference.Tests.Models;

namespace Hybrid.Inference.Tests.Decoding;

public sealed class EngineFairnessTests(TestModels models)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ManyStreams_OnceAllHaveJoined_AdvanceTogether()
    {
        const int Streams = 64;
        const int Limit = 150;
        using var host = new EngineHost(models.EndlessFolder, options => options with { MaxBatch = Streams, MaxQueued = Streams, SharedPrefillChunkTokens = 64 });
        var counts = new int[Streams];
        int[]? joined = null;
        var widest = 0;
        var least = int.MaxValue;

        // On the decode loop's thread, one call at a time.
        bool Watch(int stream, int count)
        {
            counts[stream] = count;
            if (joined is null)
            {
                joined = counts.Min() > 0 ? [.. counts] : null;
                return true;
            }

            if (counts.Max() < Limit)
            {
                var since = counts.Select((value, i) => value - joined[i]).ToArray();
                widest = Math.Max(widest, since.Max() - since.Min());
            }
            else
            {
                least = Math.Min(least, counts.Min());
            }

            return true;
        }

        var collectors = Enumerable.Range(0, Streams).Select(i => host.Submit(host.Prompt(i, 12), Limit, onEach: count => Watch(i, count))).ToArray();
        var ends = await Task.WhenAll(collectors.Select(collector => collector.End));

        Assert.All(ends, end => Assert.Equal((FinishReason.Length, Limit), (end.Reason, end.OutputTokens)));
        Assert.NotNull(joined);
        Assert.InRange(widest, 0, 1);
        Assert.True(least * 2 >= Limit, $"When the first stream had {Limit} tokens, the last had {least}.");
    }

    [Fact]
    public async Task LowPriority_WaitsBehindNormal_ButGetsEveryFourthPlace()
    {
        using var host = new EngineHost(models.EndlessFolder, options => options with { MaxBatch = 1, MaxQueued = 16 });
        var order = new List<string>();
        using var release = new SemaphoreSlim(0);
        using var started = new SemaphoreSlim(0);
        var first = host.Submit([1], 1, onEach: _ =>
        {
            started.Release();
            release.Wait(Token);
            return true;
        });
        await started.WaitAsync(Token);
        var waiting = new List<Collector>();
        foreach (var name in (string[])["low 1", "low 2", "normal 1", "normal 2", "normal 3", "normal 4", "normal 5", "low 3"])
        {
            waiting.Add(Submit(host, name.StartsWith("low", StringComparison.Ordinal), () => order.Add(name)));
        }

        release.Release();
        await first.End;
        await Task.WhenAll(waiting.Select(collector => collector.End));

        Assert.Equal(["normal 1", "normal 2", "normal 3", "low 1", "normal 4", "normal 5", "low 2", "low 3"], order);
    }

    [Fact]
    public async Task LowPriority_FillsHalfTheQueueAtMost()
    {
        using var host = new EngineHost(models.EndlessFolder, options => options with { MaxBatch = 1, MaxQueued = 4 });
        using var release = new SemaphoreSlim(0);
        using var started = new SemaphoreSlim(0);
        var first = host.Submit([1], 1, onEach: _ =>
        {
            started.Release();
            release.Wait(Token);
            return true;
        });
        await started.WaitAsync(Token);

        List<Collector> waiting = [Submit(host, true), Submit(host, true)];
        Assert.Throws<InferenceQueueFullException>(() => Submit(host, true));
        waiting.AddRange([Submit(host, false), Submit(host, false)]);
        Assert.Throws<InferenceQueueFullException>(() => Submit(host, false));
        release.Release();

        await first.End;
        Assert.All(await Task.WhenAll(waiting.Select(collector => collector.End)), end => Assert.Equal(FinishReason.Length, end.Reason));
    }

    private static Collector Submit(EngineHost host, bool isLow, Action? onToken = null)
    {
        var collector = new Collector
        {
            OnEach = _ =>
            {
                onToken?.Invoke();
                return true;
            },
        };
        host.Engine.Submit(new SequenceRequest([2, 3], SamplingOptions.Greedy, new HashSet<int>(), 1, 0, IsLowPriority: isLow), collector, Token);
        return collector;
    }
}
