using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Hybrid.Inference.Embeddings;

/// <summary>An embedding model's graph, loaded and checked. Thread safe.</summary>
internal sealed class EmbeddingGraph : IDisposable
{
    private const string InputIds = "input_ids";
    private const string AttentionMask = "attention_mask";
    private const string TokenTypeIds = "token_type_ids";
    private const string PositionIds = "position_ids";
    private const string SentenceOutput = "sentence_embedding";

    private static readonly string[] TokenOutputs = ["last_hidden_state", "token_embeddings"];

    private readonly EmbeddingFolder _folder;
    private readonly InferenceSession _session;
    private readonly string _file;
    private readonly string _output;
    private readonly List<string> _inputs = [];

    private EmbeddingGraph(EmbeddingFolder folder, InferenceSession session)
    {
        (_folder, _session, _file) = (folder, session, Path.GetFileName(folder.OnnxFile));
        foreach (var (name, port) in session.InputMetadata)
        {
            if (name is not (InputIds or AttentionMask or TokenTypeIds or PositionIds) || port.ElementDataType != TensorElementType.Int64)
            {
                throw Refuse($"it wants the input '{name}' of {port.ElementDataType}, which is not fed", "Use a text embedding model exported with int64 inputs.");
            }

            _inputs.Add(name);
        }

        if (!_inputs.Contains(InputIds))
        {
            throw Refuse($"it has no input '{InputIds}'", "Use a text embedding model.");
        }

        var outputs = session.OutputMetadata;
        IsPooled = outputs.ContainsKey(SentenceOutput);
        _output = IsPooled
            ? SentenceOutput
            : TokenOutputs.FirstOrDefault(outputs.ContainsKey)
                ?? throw Refuse(
                    $"it has none of the outputs {SentenceOutput}, {string.Join(", ", TokenOutputs)}; it has {string.Join(", ", outputs.Keys)}",
                    "Export the model for feature extraction.");
        var type = outputs[_output].ElementDataType;
        if (type is not (TensorElementType.Float or TensorElementType.Float16))
        {
            throw Refuse($"its output '{_output}' is {type}", "Use a variant with fp32 or fp16 outputs.");
        }
    }

    /// <summary>Whether the graph gives one vector for each text.</summary>
    public bool IsPooled { get; }

    /// <exception cref="ModelFolderException">The graph cannot be loaded or used.</exception>
    public static EmbeddingGraph Load(EmbeddingFolder folder, int threads)
    {
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
            // As for the decoder: neither pays where every batch has another shape.
            EnableMemoryPattern = false,
            EnableCpuMemArena = false,
        };
        // Embeddings come in bursts beside a language model that wants the cores.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        InferenceSession? session = null;
        try
        {
            session = new InferenceSession(folder.OnnxFile, options);
            return new EmbeddingGraph(folder, session);
        }
        catch (OnnxRuntimeException exception)
        {
            session?.Dispose();
            throw new ModelFolderException(
                Path.GetFileName(folder.OnnxFile), $"ONNX Runtime cannot load it: {ModelGraph.FirstLine(exception.Message)}", "Download the folder again, or use a variant made for CPU.", exception);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Runs a batch.</summary>
    /// <returns>The output, flat, and its last dimension: for each text, and each token unless <see cref="IsPooled"/>, one vector.</returns>
    /// <exception cref="OnnxRuntimeException">The graph failed or was terminated.</exception>
    public (float[] Values, int Width) Run(EmbeddingBatch batch, RunOptions options)
    {
        long[] shape = [batch.Count, batch.Length];
        var feeds = new Dictionary<string, OrtValue>();
        try
        {
            foreach (var name in _inputs)
            {
                feeds[name] = OrtValue.CreateTensorValueFromMemory(
                    name switch
                    {
                        InputIds => batch.Ids,
                        AttentionMask => batch.Mask,
                        TokenTypeIds => batch.Types,
                        _ => batch.Positions(_folder.FirstPosition),
                    },
                    shape);
            }

            using var outputs = _session.Run(options, feeds, [_output]);
            var info = outputs[0].GetTensorTypeAndShape();
            var values = info.ElementDataType == TensorElementType.Float ? outputs[0].GetTensorDataAsSpan<float>().ToArray() : Widen(outputs[0].GetTensorDataAsSpan<Float16>());
            long[] expected = IsPooled ? [batch.Count, _folder.HiddenSize] : [batch.Count, batch.Length, _folder.HiddenSize];
            return info.Shape.AsSpan(0, info.Shape.Length - 1).SequenceEqual(expected.AsSpan(0, expected.Length - 1)) && (IsPooled || info.Shape[^1] == expected[^1])
                ? (values, (int)info.Shape[^1])
                : throw Refuse(
                    $"its output '{_output}' has the shape [{string.Join(", ", info.Shape)}] where [{string.Join(", ", expected)}] follows from config.json",
                    "The files belong to different models; download the folder again.");
        }
        finally
        {
            foreach (var feed in feeds.Values)
            {
                feed.Dispose();
            }
        }
    }

    public void Dispose() => _session.Dispose();

    private ModelFolderException Refuse(string problem, string remedy) => new(_file, problem, remedy);

    private static float[] Widen(ReadOnlySpan<Float16> halves)
    {
        var values = new float[halves.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)halves[i];
        }

        return values;
    }
}
