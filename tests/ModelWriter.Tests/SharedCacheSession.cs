using Microsoft.ML.OnnxRuntime;

namespace Hybrid.ModelWriter.Tests;

/// <summary>Runs a written graph as a decode loop does: one cache of fixed capacity, bound as past and as present.</summary>
internal sealed class SharedCacheSession : IDisposable
{
    private readonly ModelShape _shape;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue[] _cache;

    public SharedCacheSession(string folder, ModelShape shape, int capacity)
    {
        _shape = shape;
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new(Path.Combine(folder, ModelFolderWriter.GraphFile), options);
        _cache = [.. Enumerable.Range(0, 2 * shape.Layers).Select(_ => OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, Tensors.ToOrt(shape.KeyValueType), [1, shape.KeyValueHeads, capacity, shape.HeadSize]))];
    }

    /// <summary>Runs tokens behind those already cached.</summary>
    /// <param name="past">How many tokens are cached.</param>
    /// <param name="maskLength">The length of the mask: ones for every token so far, then zeros.</param>
    /// <param name="tokens">The tokens.</param>
    /// <returns>The logits of each position.</returns>
    public float[][] Run(int past, int maskLength, params int[] tokens)
    {
        var names = _shape.IoNames;
        var total = past + tokens.Length;
        using var ids = Tensors.Of([.. tokens.Select(token => (long)token)], 1, tokens.Length);
        using var mask = Tensors.Of([.. Enumerable.Range(0, maskLength).Select(position => position < total ? 1L : 0)], 1, maskLength);
        using var binding = _session.CreateIoBinding();
        binding.BindInput(names.InputIds, ids);
        binding.BindInput(names.AttentionMask, mask);
        foreach (var (name, value) in Tensors.CacheNames(_shape, names.PastKey, names.PastValue).Zip(_cache))
        {
            binding.BindInput(name, value);
        }

        binding.BindOutputToDevice(names.Logits, OrtMemoryInfo.DefaultInstance);
        foreach (var (name, value) in Tensors.CacheNames(_shape, names.PresentKey, names.PresentValue).Zip(_cache))
        {
            binding.BindOutput(name, value);
        }

        using var outputs = _session.RunWithBoundResults(_options, binding);
        return Tensors.Rows(outputs[0]);
    }

    public void Dispose()
    {
        Array.ForEach(_cache, value => value.Dispose());
        _options.Dispose();
        _session.Dispose();
    }
}
