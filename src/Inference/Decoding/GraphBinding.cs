using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Hybrid.Inference.Decoding;

/// <summary>Binds a stretch of arena slots to the graph's inputs and outputs and runs it.</summary>
/// <remarks>
/// Past and present are the same memory. What stays the same from one run to the next stays bound: while a sequence decodes, only the
/// attention mask, whose length is part of its shape, is bound anew for each token.
/// Owned by the decode loop; not thread safe.
/// </remarks>
internal sealed class GraphBinding(ModelGraph graph, KvArena arena) : IDisposable
{
    private const int MaskBlock = 1024;

    private readonly OrtIoBinding _binding = graph.Session.CreateIoBinding();
    private readonly OrtValue?[] _kv = new OrtValue?[arena.Layout.Tensors];
    private readonly long[] _maskShape = new long[2];
    private readonly NativeBuffer _ids = new((long)graph.MaxRunTokens * sizeof(long));
    private readonly NativeBuffer _positions = new((long)graph.MaxRunTokens * sizeof(long));
    private NativeBuffer? _mask;
    private NativeBuffer? _logits;
    private OrtValue? _idsValue;
    private OrtValue? _positionsValue;
    private OrtValue? _maskValue;
    private OrtValue? _logitsValue;

    private int _onesTo;
    private int _version = -1;
    private int _slot = -1;
    private int _batch = -1;
    private int _tokens = -1;

    /// <summary>Points the binding at slots; cheap when nothing changed since the last run.</summary>
    /// <param name="slot">The first slot.</param>
    /// <param name="batch">How many slots.</param>
    /// <param name="tokens">New tokens for each slot; more than one only for a batch of one.</param>
    public void Point(int slot, int batch, int tokens)
    {
        if (_version != arena.Version || _slot != slot || _batch != batch)
        {
            BindKeysAndValues(slot, batch);
        }

        if (_batch != batch || _tokens != tokens)
        {
            BindTokens(batch, tokens);
        }

        (_version, _slot, _batch, _tokens) = (arena.Version, slot, batch, tokens);
    }

    /// <summary>Sets the new tokens of one row and where they stand.</summary>
    public void SetTokens(int row, ReadOnlySpan<int> tokens, int firstPosition)
    {
        var ids = _ids.AsSpan<long>().Slice(row * _tokens, _tokens);
        var positions = _positions.AsSpan<long>().Slice(row * _tokens, _tokens);
        for (var i = 0; i < tokens.Length; i++)
        {
            ids[i] = tokens[i];
            positions[i] = firstPosition + i;
        }
    }

    /// <summary>Sets how much of the context each row sees.</summary>
    /// <param name="lengths">Each row's length with its new tokens.</param>
    /// <param name="total">The mask's width: the longest row, or more to select the long rotary factors.</param>
    public void SetMask(ReadOnlySpan<int> lengths, int total)
    {
        var count = lengths.Length * total;
        if (_mask is null || _mask.Bytes < (long)count * sizeof(long))
        {
            _maskValue?.Dispose();
            _maskValue = null;
            _mask?.Dispose();
            _mask = new NativeBuffer((long)(count + (MaskBlock * lengths.Length)) * sizeof(long));
            _onesTo = 0;
        }

        WriteMask(_mask.AsSpan<long>(), lengths, total);
        (_maskShape[0], _maskShape[1]) = (lengths.Length, total);
        _maskValue?.Dispose();
        _maskValue = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Int64, _maskShape, _mask.Address, (long)count * sizeof(long));
        _binding.BindInput(graph.AttentionMask, _maskValue);
    }

    /// <summary>Runs the graph on what was set.</summary>
    /// <exception cref="OnnxRuntimeException">The graph failed or was terminated.</exception>
    public void Run(RunOptions options) => graph.Session.RunWithBinding(options, _binding);

    /// <summary>The logits after a row's last new token.</summary>
    /// <param name="row">The row.</param>
    /// <param name="widened">Room for one row, used where the graph's logits are not fp32.</param>
    public ReadOnlySpan<float> LastLogits(int row, Span<float> widened)
    {
        var perRow = graph.LogitsOfLastTokenOnly ? 1 : _tokens;
        var index = (row * perRow) + perRow - 1;
        if (graph.LogitsType == TensorElementType.Float)
        {
            return _logits!.AsSpan<float>().Slice(index * graph.VocabularySize, graph.VocabularySize);
        }

        var halves = _logits!.AsSpan<Half>().Slice(index * graph.VocabularySize, graph.VocabularySize);
        System.Numerics.Tensors.TensorPrimitives.ConvertToSingle(halves, widened);
        return widened[..graph.VocabularySize];
    }

    public void Dispose()
    {
        _binding.Dispose();
        foreach (var value in _kv)
        {
            value?.Dispose();
        }

        _idsValue?.Dispose();
        _positionsValue?.Dispose();
        _maskValue?.Dispose();
        _logitsValue?.Dispose();
        _ids.Dispose();
        _positions.Dispose();
        _mask?.Dispose();
        _logits?.Dispose();
    }

    private void WriteMask(Span<long> mask, ReadOnlySpan<int> lengths, int total)
    {
        if (lengths.Length == 1 && lengths[0] == total)
        {
            // The usual case, one sequence: all ones, and all but the last were written before.
            if (_onesTo < total)
            {
                mask[_onesTo..total].Fill(1);
                _onesTo = total;
            }

            return;
        }

        for (var row = 0; row < lengths.Length; row++)
        {
            var line = mask.Slice(row * total, total);
            line[..lengths[row]].Fill(1);
            line[lengths[row]..].Clear();
        }

        _onesTo = 0;
    }

    private void BindKeysAndValues(int slot, int batch)
    {
        var layout = arena.Layout;
        long[] shape = [batch, layout.Heads, arena.Capacity, layout.HeadSize];
        var bytes = (long)batch * layout.Heads * arena.Capacity * layout.RowBytes;
        for (var tensor = 0; tensor < _kv.Length; tensor++)
        {
            _kv[tensor]?.Dispose();
            var value = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, graph.KvType, shape, arena.Address(tensor, slot), bytes);
            _kv[tensor] = value;
            _binding.BindInput(graph.PastNames[tensor], value);
            _binding.BindOutput(graph.PresentNames[tensor], value);
        }
    }

    private void BindTokens(int batch, int tokens)
    {
        long[] shape = [batch, tokens];
        var count = (long)batch * tokens;
        _idsValue?.Dispose();
        _idsValue = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, TensorElementType.Int64, shape, _ids.Address, count * sizeof(long));
        _binding.BindInput(graph.InputIds, _idsValue);
        if (graph.PositionIds is { } positionIds)
        {
            _positionsValue?.Dispose();
            _positionsValue = OrtValue.CreateTensorValueWithData(
                OrtMemoryInfo.DefaultInstance, TensorElementType.Int64, shape, _positions.Address, count * sizeof(long));
            _binding.BindInput(positionIds, _positionsValue);
        }

        var rows = graph.LogitsOfLastTokenOnly ? 1 : tokens;
        var bytes = (long)batch * rows * graph.VocabularySize * graph.LogitsElementBytes;
        if (_logits is null || _logits.Bytes < bytes)
        {
            _logits?.Dispose();
            _logits = new NativeBuffer(bytes);
        }

        _logitsValue?.Dispose();
        _logitsValue = OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance, graph.LogitsType, [batch, rows, graph.VocabularySize], _logits.Address, bytes);
        _binding.BindOutput(graph.Logits, _logitsValue);
    }
}
