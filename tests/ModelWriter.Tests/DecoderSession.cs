using Microsoft.ML.OnnxRuntime;

namespace Hybrid.ModelWriter.Tests;

/// <summary>Runs a written graph on a plain session and carries its cache from call to call, as separate tensors.</summary>
internal sealed class DecoderSession : IDisposable
{
    private readonly ModelShape _shape;
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly List<OrtValue> _cache = [];
    private int _past;

    public DecoderSession(string folder, ModelShape shape)
    {
        _shape = shape;
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new(Path.Combine(folder, ModelFolderWriter.GraphFile), options);
        Reset();
    }

    public IReadOnlyDictionary<string, NodeMetadata> Inputs => _session.InputMetadata;

    public IReadOnlyDictionary<string, NodeMetadata> Outputs => _session.OutputMetadata;

    /// <summary>Forgets everything that was run.</summary>
    public void Reset()
    {
        Drop();
        var type = Tensors.ToOrt(_shape.KeyValueType);
        for (var i = 0; i < 2 * _shape.Layers; i++)
        {
            _cache.Add(OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, type, [1, _shape.KeyValueHeads, 0, _shape.HeadSize]));
        }

        _past = 0;
    }

    /// <summary>Runs tokens after those run before.</summary>
    /// <returns>The logits of each position the graph gives.</returns>
    public float[][] Run(params int[] tokens)
    {
        var total = _past + tokens.Length;
        var names = _shape.IoNames;
        List<string> inputNames = [names.InputIds, names.AttentionMask];
        using var ids = Tensors.Of([.. tokens.Select(token => (long)token)], 1, tokens.Length);
        using var mask = Tensors.Of([.. Enumerable.Repeat(1L, total)], 1, total);
        using var positions = Tensors.Of([.. Enumerable.Range(_past, tokens.Length).Select(position => (long)position)], 1, tokens.Length);
        List<OrtValue> inputs = [ids, mask];
        if (_shape.AttentionInputsIncludePositionIds)
        {
            inputNames.Add(names.PositionIds);
            inputs.Add(positions);
        }

        inputNames.AddRange(Tensors.CacheNames(_shape, names.PastKey, names.PastValue));
        inputs.AddRange(_cache);
        string[] outputNames = [names.Logits, .. Tensors.CacheNames(_shape, names.PresentKey, names.PresentValue)];
        var outputs = _session.Run(_options, inputNames, inputs, outputNames);

        Drop();
        _cache.AddRange(outputs.Skip(1));
        _past = total;
        using var logits = outputs[0];
        return Tensors.Rows(logits);
    }

    public void Dispose()
    {
        Drop();
        _options.Dispose();
        _session.Dispose();
    }

    private void Drop()
    {
        _cache.ForEach(value => value.Dispose());
        _cache.Clear();
    }
}
