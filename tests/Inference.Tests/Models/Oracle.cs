using Hybrid.Inference.Folders;
using Microsoft.ML.OnnxRuntime;

namespace Hybrid.Inference.Tests.Models;

/// <summary>Runs a graph the plain way, whole prefixes from an empty cache, to say what the engine should have chosen.</summary>
internal sealed class Oracle : IDisposable
{
    private readonly ModelFolder _folder;
    private readonly InferenceSession _session;

    public Oracle(string folder)
    {
        _folder = ModelFolder.Open(folder, TestContext.Current.CancellationToken);
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        _session = new InferenceSession(_folder.OnnxFile, options);
    }

    /// <summary>The logits after the last of the tokens.</summary>
    public float[] Logits(ReadOnlySpan<int> tokens)
    {
        var config = _folder.Config.Decoder;
        long[] ids = [.. tokens.ToArray().Select(token => (long)token)];
        long[] ones = [.. Enumerable.Repeat(1L, tokens.Length)];
        long[] positions = [.. Enumerable.Range(0, tokens.Length).Select(i => (long)i)];
        long[] shape = [1, tokens.Length];
        var inputs = new Dictionary<string, OrtValue>
        {
            [config.InputIds] = OrtValue.CreateTensorValueFromMemory(ids, shape),
            [config.AttentionMask] = OrtValue.CreateTensorValueFromMemory(ones, shape),
        };
        if (_session.InputMetadata.ContainsKey(config.PositionIds))
        {
            inputs[config.PositionIds] = OrtValue.CreateTensorValueFromMemory(positions, shape);
        }

        foreach (var (name, metadata) in _session.InputMetadata.Where(input => !inputs.ContainsKey(input.Key)).ToArray())
        {
            inputs[name] = OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, metadata.ElementDataType, [1, config.KeyValueHeads, 0, config.HeadSize]);
        }

        using var options = new RunOptions();
        using var outputs = _session.Run(options, inputs, [config.Logits]);
        foreach (var input in inputs.Values)
        {
            input.Dispose();
        }

        var vocabulary = _folder.Config.VocabularySize;
        return outputs[0].GetTensorTypeAndShape().ElementDataType == Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float
            ? outputs[0].GetTensorDataAsSpan<float>()[^vocabulary..].ToArray()
            : [.. outputs[0].GetTensorDataAsSpan<Float16>()[^vocabulary..].ToArray().Select(half => (float)half)];
    }

    /// <summary>Asserts that each generated token is the best after all before it, up to rounding (FACTS: |Δ| ≤ 0.05).</summary>
    public void AssertGreedy(int[] tokens, int promptLength, float tolerance = 0.05f)
    {
        for (var length = promptLength; length < tokens.Length; length++)
        {
            var logits = Logits(tokens.AsSpan(0, length));
            var best = logits.Max();
            Assert.True(
                logits[tokens[length]] >= best - tolerance,
                $"Token {length} is {tokens[length]} with logit {logits[tokens[length]]}; the best is {Array.IndexOf(logits, best)} with {best}.");
        }
    }

    public void Dispose() => _session.Dispose();
}
