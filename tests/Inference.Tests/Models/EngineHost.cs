using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Tests.Models;

/// <summary>A decode engine over a folder, with the tokens-in tokens-out view that its tests need.</summary>
internal sealed class EngineHost : IDisposable
{
    private static readonly EngineOptions Usual = new(
        KvBudgetBytes: 64 << 20,
        PrefixPoolBytes: 8 << 20,
        MaxBatch: 8,
        MaxQueued: 64,
        PrefillChunkTokens: 128,
        SharedPrefillChunkTokens: 16,
        DefaultMaxOutputTokens: 64);

    public EngineHost(string folder, Func<EngineOptions, EngineOptions>? change = null)
    {
        Options = change is null ? Usual : change(Usual);
        Graph = ModelGraph.Load(
            ModelFolder.Open(folder, TestContext.Current.CancellationToken), new GraphOptions(1, SpinningMode.Off, 512));
        Engine = new DecodeEngine(Graph, Options, TimeProvider.System);
    }

    public EngineOptions Options { get; }

    public ModelGraph Graph { get; }

    public DecodeEngine Engine { get; }

    /// <summary>Submits a prompt that ends by its token limit alone.</summary>
    public Collector Submit(
        int[] prompt, int? maxOutputTokens, SamplingOptions? sampling = null, Func<int, bool>? onEach = null, int top = 0, CancellationToken? cancelled = null)
    {
        var collector = new Collector { OnEach = onEach };
        Engine.Submit(
            new SequenceRequest(prompt, sampling ?? SamplingOptions.Greedy, new HashSet<int>(), maxOutputTokens, top), collector, cancelled ?? TestContext.Current.CancellationToken);
        return collector;
    }

    /// <summary>Generates to the limit and gives prompt and answer.</summary>
    public async Task<int[]> GenerateAsync(int[] prompt, int maxOutputTokens)
    {
        var collector = Submit(prompt, maxOutputTokens);
        var end = await collector.End;
        Assert.Null(end.Failure);
        Assert.Equal(FinishReason.Length, end.Reason);
        return [.. prompt, .. collector.Tokens];
    }

    /// <summary>Random tokens.</summary>
    public int[] Prompt(int seed, int length)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, length).Select(_ => random.Next(Graph.VocabularySize))];
    }

    public void Dispose()
    {
        Engine.Dispose();
        Graph.Dispose();
    }
}
