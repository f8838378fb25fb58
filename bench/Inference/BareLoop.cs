using System.Runtime.InteropServices;
using Hybrid.Inference.Decoding;
using Microsoft.ML.OnnxRuntime;

namespace Hybrid.Inference.Bench;

/// <summary>The least code that decodes on ONNX Runtime: bound buffers, a new mask per token, the best token. What the engine is measured against.</summary>
internal sealed class BareLoop : IDisposable
{
    private readonly ModelGraph _graph;
    private readonly KvArena _arena;
    private readonly OrtIoBinding _binding;
    private readonly RunOptions _options = new();
    private readonly long[] _ids = new long[1];
    private readonly long[] _mask;
    private readonly float[] _logits;
    private readonly OrtValue[] _values;

    public BareLoop(ModelGraph graph, int capacity)
    {
        _graph = graph;
        _arena = new KvArena(graph.Layout);
        _arena.Resize(1, capacity, []);
        // Pages never written all map to one page of zeros, which would be read from the cache instead of from memory.
        Fill(graph.Layout, capacity);
        _binding = graph.Session.CreateIoBinding();
        _mask = [.. Enumerable.Repeat(1L, capacity)];
        _logits = new float[graph.VocabularySize];
        var layout = graph.Layout;
        long[] shape = [1, layout.Heads, capacity, layout.HeadSize];
        var bytes = layout.Heads * capacity * layout.RowBytes;
        _values =
        [
            .. Enumerable.Range(0, layout.Tensors).Select(tensor => OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, graph.KvType, shape, _arena.Address(tensor, 0), bytes)),
            OrtValue.CreateTensorValueFromMemory(_ids, [1, 1]),
            OrtValue.CreateTensorValueFromMemory(_logits, [1, 1, graph.VocabularySize]),
        ];
        for (var tensor = 0; tensor < layout.Tensors; tensor++)
        {
            _binding.BindInput(graph.PastNames[tensor], _values[tensor]);
            _binding.BindOutput(graph.PresentNames[tensor], _values[tensor]);
        }

        _binding.BindInput(graph.InputIds, _values[^2]);
        _binding.BindOutput(graph.Logits, _values[^1]);
    }

    /// <summary>Decodes tokens one after the other from a position; what stands before it does not matter for speed.</summary>
    public void Decode(int position, int tokens)
    {
        for (var i = 0; i < tokens; i++)
        {
            using var mask = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _mask.AsMemory(0, position + i + 1), [1, position + i + 1]);
            _binding.BindInput(_graph.AttentionMask, mask);
            _graph.Session.RunWithBinding(_options, _binding);
            _ids[0] = System.Numerics.Tensors.TensorPrimitives.IndexOfMax(_logits);
        }
    }

    private unsafe void Fill(KvLayout layout, int capacity)
    {
        for (var tensor = 0; tensor < layout.Tensors; tensor++)
        {
            NativeMemory.Fill((void*)_arena.Address(tensor, 0), (nuint)(layout.Heads * capacity * layout.RowBytes), 0x11);
        }
    }

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _values)
        {
            value.Dispose();
        }

        _arena.Dispose();
        _options.Dispose();
    }
}
