using System.Diagnostics;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Tests.Models;

namespace Hybrid.Inference.Tests.Decoding;

/// <summary>Cancelled sequences give their memory back. Alone in the process while it runs: other tests' models would be counted too.</summary>
[Collection(AloneInTheProcess.Name)]
public sealed class EngineLeakTests(TestModels models)
{
    // 2 layers × (key + value) × 2 heads × 16 elements × 4 bytes.
    private const int TokenBytes = 512;
    private const int WarmUpRounds = 200;
    private const int Parts = 3;
    private const int RoundsPerPart = 300;

    [Fact]
    public async Task Cancel_AtARandomToken1100Times_LeaksNothing()
    {
        using var host = new EngineHost(models.TinyFolder);
        var random = new Random(6);
        await CancelAsync(host, random, WarmUpRounds);

        var smallest = long.MaxValue;
        for (var part = 0; part < Parts; part++)
        {
            var before = ResidentBytes();
            await CancelAsync(host, random, RoundsPerPart);
            smallest = Math.Min(smallest, ResidentBytes() - before);
        }

        Assert.Equal((0, 0), (host.Engine.Status.Active, host.Engine.Status.Queued));
        Assert.InRange(host.Engine.Status.KvBytes, 0, 512 * TokenBytes);
        Assert.InRange(host.Engine.Status.PrefixPoolBytes, 0, host.Options.PrefixPoolBytes);
        // A leak of one slot of 128 tokens a round grows every part by 19 MB; allocators and the pool's last 8 MB grow some part, not all.
        Assert.InRange(smallest, long.MinValue, RoundsPerPart * 128L * TokenBytes / 2);
    }

    private static async Task CancelAsync(EngineHost host, Random random, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            using var cancel = new CancellationTokenSource();
            var at = random.Next(1, 20);
            var collector = host.Submit(
                host.Prompt(round, random.Next(1, 100)),
                100,
                onEach: count =>
                {
                    if (count == at)
                    {
                        cancel.Cancel();
                    }

                    return true;
                },
                cancelled: cancel.Token);
            if (at % 5 == 0)
            {
                // Some are cancelled from outside, wherever they happen to be, reading their prompt included.
                await cancel.CancelAsync();
            }

            var end = await collector.End;

            Assert.Equal((FinishReason.Cancelled, null), (end.Reason, end.Failure));
            Assert.True(collector.Choices.Count <= at, $"{collector.Choices.Count} tokens came although the {at}th cancelled.");
        }
    }

    private static long ResidentBytes()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }
}
