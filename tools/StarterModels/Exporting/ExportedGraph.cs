using Hybrid.ModelWriter;
using Microsoft.ML.OnnxRuntime;

namespace Hybrid.StarterModels.Exporting;

/// <summary>The exported graph on a plain ONNX Runtime session, whole sequences only: the check that export changed nothing.</summary>
internal sealed class ExportedGraph : IDisposable
{
    private static readonly IoNames Names = new();

    private readonly InferenceSession _session;
    private readonly RunOptions _run = new();
    private readonly string[] _inputs;
    private readonly List<OrtValue> _empty = [];

    public ExportedGraph(string folder)
    {
        using var options = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        _session = new InferenceSession(Path.Combine(folder, ModelFolderWriter.GraphFile), options);
        var cache = _session.InputMetadata.Where(input => input.Key != Names.InputIds && input.Key != Names.AttentionMask).ToArray();
        _inputs = [Names.InputIds, Names.AttentionMask, .. cache.Select(input => input.Key)];
        foreach (var (_, shape) in cache)
        {
            _empty.Add(OrtValue.CreateAllocatedTensorValue(
                OrtAllocator.DefaultInstance, shape.ElementDataType, [1, shape.Dimensions[1], 0, shape.Dimensions[3]]));
        }
    }

    /// <summary>The logits of every position, row after row.</summary>
    public float[] Logits(IReadOnlyList<long> ids)
    {
        var shape = new long[] { 1, ids.Count };
        using var tokens = OrtValue.CreateTensorValueFromMemory(ids.ToArray(), shape);
        using var mask = OrtValue.CreateTensorValueFromMemory(Enumerable.Repeat(1L, ids.Count).ToArray(), shape);
        using var outputs = _session.Run(_run, _inputs, [tokens, mask, .. _empty], [Names.Logits]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    public void Dispose()
    {
        foreach (var value in _empty)
        {
            value.Dispose();
        }

        _run.Dispose();
        _session.Dispose();
    }
}
