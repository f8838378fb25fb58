using Hybrid.Inference.Decoding;
using Hybrid.Inference.Sampling;
using Hybrid.Inference.Tests.Models;

namespace Hybrid.Inference.Tests.Decoding;

/// <summary>The engine refuses, waits and cancels as it promises.</summary>
public sealed class EngineLimitTests(TestModels models)
{
    // 2 layers × (key + value) × 2 heads × 16 elements × 4 bytes.
    private const int TokenBytes = 512;

    [Fact]
    public void Submit_PromptAsLongAsTheContext_NamesBothNumbers()
    {
        using var host = new EngineHost(models.TinyFolder);

        var exception = Assert.Throws<PromptTooLongException>(() => host.Submit(host.Prompt(1, 512), 1));

        Assert.Equal((512, 512), (exception.PromptTokens, exception.ContextTokens));
        Assert.Contains("512", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_OneTokenLessThanTheContext_GeneratesOne()
    {
        using var host = new EngineHost(models.TinyFolder);

        var end = await host.Submit(host.Prompt(1, 511), 10).End;

        Assert.Equal((FinishReason.Length, 1), (end.Reason, end.OutputTokens));
    }

    [Theory]
    [InlineData(320)]
    [InlineData(-1)]
    public void Submit_UnknownToken_NamesIt(int token)
    {
        using var host = new EngineHost(models.TinyFolder);

        Assert.Contains($"token {token};", Assert.Throws<ArgumentException>(() => host.Submit([1, token], 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Submit_EmptyPrompt_IsRefused()
    {
        using var host = new EngineHost(models.TinyFolder);

        Assert.Throws<ArgumentException>(() => host.Submit([], 1));
    }

    [Fact]
    public async Task Submit_NamedLimitBeyondTheBudget_IsRefused_DefaultLimitShrinks()
    {
        using var host = new EngineHost(models.TinyFolder, options => options with { KvBudgetBytes = 128 * TokenBytes, DefaultMaxOutputTokens = 400 });

        var exception = Assert.Throws<KvBudgetExceededException>(() => host.Submit(host.Prompt(1, 100), 29));
        var end = await host.Submit(host.Prompt(1, 100), maxOutputTokens: null).End;

        Assert.Equal((129, 129L * TokenBytes, 128L * TokenBytes), (exception.Tokens, exception.NeededBytes, exception.BudgetBytes));
        Assert.Equal((FinishReason.Length, 28), (end.Reason, end.OutputTokens));
        Assert.Throws<KvBudgetExceededException>(() => host.Submit(host.Prompt(1, 128), maxOutputTokens: null));
    }

    [Fact]
    public async Task Submit_MoreThanTheBudgetHolds_WaitsAndStaysBelowIt()
    {
        const long Budget = 4 * 128 * TokenBytes;
        using var host = new EngineHost(models.TinyFolder, options => options with { KvBudgetBytes = Budget, PrefixPoolBytes = Budget });
        var highest = 0L;
        var together = 0;
        bool Watch(int _)
        {
            var status = host.Engine.Status;
            highest = Math.Max(highest, status.KvBytes + status.PrefixPoolBytes);
            together = Math.Max(together, status.Active);
            return true;
        }

        var random = new Random(4);
        var collectors = Enumerable.Range(0, 40).Select(i => host.Submit(host.Prompt(i, random.Next(1, 100)), random.Next(1, 100), onEach: Watch)).ToArray();
        var ends = await Task.WhenAll(collectors.Select(collector => collector.End));

        Assert.All(ends, end => Assert.Equal((FinishReason.Length, null), (end.Reason, end.Failure)));
        Assert.InRange(highest, 1, Budget);
        Assert.InRange(together, 2, 8);
    }

    [Fact]
    public async Task Submit_QueueFull_IsRefusedAndTheOthersFinish()
    {
        using var host = new EngineHost(models.TinyFolder, options => options with { MaxBatch = 1, MaxQueued = 3 });
        using var started = new SemaphoreSlim(0);
        using var release = new SemaphoreSlim(0);
        var first = host.Submit(host.Prompt(1, 3), 2, onEach: count =>
        {
            if (count == 1)
            {
                started.Release();
                release.Wait(TestContext.Current.CancellationToken);
            }

            return true;
        });
        await started.WaitAsync(TestContext.Current.CancellationToken);
        var waiting = Enumerable.Range(0, 3).Select(i => host.Submit(host.Prompt(i, 3), 2)).ToArray();

        var exception = Assert.Throws<InferenceQueueFullException>(() => host.Submit(host.Prompt(9, 3), 2));
        release.Release();

        Assert.Equal(3, exception.Queued);
        Assert.Equal(FinishReason.Length, (await first.End).Reason);
        Assert.All(await Task.WhenAll(waiting.Select(collector => collector.End)), end => Assert.Equal(FinishReason.Length, end.Reason));
    }

    [Fact]
    public async Task Cancel_InsideALongPrompt_EndsBeforeThePromptIsRead()
    {
        var folder = models.Folder("wide", TestModels.Tiny with { HiddenSize = 256, FeedForwardSize = 1024, Layers = 4, ContextLength = 8192 });
        using var host = new EngineHost(folder, options => options with { PrefillChunkTokens = 512 });
        using var cancel = new CancellationTokenSource();
        var collector = host.Submit(host.Prompt(1, 8000), 5, cancelled: cancel.Token);
        await WaitUntil(() => host.Engine.Status.Active == 1);

        await cancel.CancelAsync();
        var end = await collector.End;

        Assert.Equal((FinishReason.Cancelled, null, 0), (end.Reason, end.Failure, collector.Choices.Count));
    }

    [Fact]
    public async Task Dispose_WhileGenerating_EndsEverySequence()
    {
        var host = new EngineHost(models.TinyFolder);
        var collectors = Enumerable.Range(0, 12).Select(i => host.Submit(host.Prompt(i, 10), 400)).ToArray();

        host.Dispose();

        Assert.All(await Task.WhenAll(collectors.Select(collector => collector.End)), end => Assert.Null(end.Failure));
        Assert.Throws<ObjectDisposedException>(() => host.Submit([1], 1));
    }

    [Fact]
    public async Task Receiver_HasEnough_StopsAtThatToken()
    {
        using var host = new EngineHost(models.TinyFolder);

        var collector = host.Submit(host.Prompt(1, 5), 50, onEach: count => count < 7);
        var end = await collector.End;

        Assert.Equal((FinishReason.Stopped, 7, 7), (end.Reason, end.OutputTokens, collector.Choices.Count));
    }

    [Fact]
    public async Task EndToken_Appears_EndsWithoutCountingIt()
    {
        using var host = new EngineHost(models.TinyFolder);
        var tokens = await host.GenerateAsync(host.Prompt(1, 5), 30);
        var endToken = tokens[20];
        var first = Array.IndexOf(tokens, endToken, 5) - 5;
        var collector = new Collector();

        host.Engine.Submit(
            new SequenceRequest(host.Prompt(1, 5), SamplingOptions.Greedy, new HashSet<int> { endToken }, 30, 0),
            collector,
            TestContext.Current.CancellationToken);
        var end = await collector.End;

        Assert.Equal((FinishReason.EndToken, first, first + 1), (end.Reason, end.OutputTokens, collector.Choices.Count));
    }

    [Fact]
    public async Task PrefixPool_MoreThanItHolds_ForgetsTheLongestUnused()
    {
        using var host = new EngineHost(models.TinyFolder, options => options with { PrefixPoolBytes = 200 * TokenBytes });
        for (var i = 0; i < 3; i++)
        {
            await host.GenerateAsync(host.Prompt(i, 80), 1);
        }

        var newest = await host.Submit(host.Prompt(2, 80), 1).End;
        var oldest = await host.Submit(host.Prompt(0, 80), 1).End;

        Assert.Equal(79, newest.ReusedTokens);
        Assert.InRange(oldest.ReusedTokens, 0, 2);
        Assert.InRange(host.Engine.Status.PrefixPoolBytes, 1, 200 * TokenBytes);
    }

    private static async Task WaitUntil(Func<bool> condition)
    {
        while (!condition())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
