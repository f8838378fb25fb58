using Hybrid.Inference.Folders;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Hybrid.Inference.Decoding;

/// <summary>A model's graph, loaded, with its inputs and outputs checked against what the folder says of them.</summary>
/// <remarks>Immutable after loading. The session is thread safe, but one decode loop uses it.</remarks>
internal sealed class ModelGraph : IDisposable
{
    private ModelGraph(ModelFolder folder, InferenceSession session, GraphOptions options)
    {
        Session = session;
        var decoder = folder.Config.Decoder;
        var file = Path.GetFileName(folder.OnnxFile);
        var inputs = new GraphPorts(file, session.InputMetadata, "input");
        var outputs = new GraphPorts(file, session.OutputMetadata, "output");

        InputIds = inputs.Require(decoder.InputIds, TensorElementType.Int64);
        AttentionMask = inputs.Require(decoder.AttentionMask, TensorElementType.Int64);
        PositionIds = inputs.Has(decoder.PositionIds) ? inputs.Require(decoder.PositionIds, TensorElementType.Int64) : null;
        Logits = outputs.Require(decoder.Logits, TensorElementType.Float, TensorElementType.Float16);
        LogitsType = outputs.TypeOf(Logits);
        var logitsShape = outputs.ShapeOf(Logits, rank: 3);
        LogitsOfLastTokenOnly = logitsShape[1] == 1;
        VocabularySize = logitsShape[2] > 0 ? logitsShape[2] : folder.Config.VocabularySize;
        if (VocabularySize != folder.Config.VocabularySize)
        {
            throw new ModelFolderException(
                GenAiConfig.FileName,
                $"model.vocab_size is {folder.Config.VocabularySize}, but {file} scores {VocabularySize} tokens",
                "The files belong to different models; download the folder again.");
        }

        var layers = decoder.Layers;
        PastNames = new string[layers * 2];
        PresentNames = new string[layers * 2];
        for (var layer = 0; layer < layers; layer++)
        {
            PastNames[layer * 2] = DecoderConfig.NameOf(decoder.PastKeyNames, layer);
            PastNames[(layer * 2) + 1] = DecoderConfig.NameOf(decoder.PastValueNames, layer);
            PresentNames[layer * 2] = DecoderConfig.NameOf(decoder.PresentKeyNames, layer);
            PresentNames[(layer * 2) + 1] = DecoderConfig.NameOf(decoder.PresentValueNames, layer);
        }

        KvType = inputs.Has(PastNames[0]) ? inputs.TypeOf(PastNames[0]) : TensorElementType.Float;
        if (KvType is not (TensorElementType.Float or TensorElementType.Float16))
        {
            throw new ModelFolderException(
                file, $"keys and values are {KvType}", "Float and Float16 are supported; use the CPU int4 variant of the model.");
        }

        foreach (var (ports, names) in new[] { (inputs, PastNames), (outputs, PresentNames) })
        {
            foreach (var name in names)
            {
                ports.Require(name, KvType);
                ports.RequireDimension(name, 1, decoder.KeyValueHeads, "model.decoder.num_key_value_heads");
                ports.RequireDimension(name, 3, decoder.HeadSize, "model.decoder.head_size");
            }
        }

        inputs.RefuseOthers();
        Layout = new KvLayout(layers, decoder.KeyValueHeads, decoder.HeadSize, KvType == TensorElementType.Float ? 4 : 2);
        ContextTokens = folder.Config.ContextLength;
        LongRopeFrom = folder.LongRopeOriginalLength;
        MaxRunTokens = options.MaxRunTokens;
    }

    public InferenceSession Session { get; }

    public string InputIds { get; }

    public string AttentionMask { get; }

    /// <summary>The position input's name; null where the attention nodes count for themselves.</summary>
    public string? PositionIds { get; }

    /// <summary>Names of the past keys and values: layer 0's key, its value, layer 1's key, …</summary>
    public string[] PastNames { get; }

    /// <summary>Names of the present keys and values in the same order.</summary>
    public string[] PresentNames { get; }

    public string Logits { get; }

    public TensorElementType LogitsType { get; }

    public int LogitsElementBytes => LogitsType == TensorElementType.Float ? 4 : 2;

    /// <summary>Whether the graph scores only the last of the new tokens.</summary>
    public bool LogitsOfLastTokenOnly { get; }

    public int VocabularySize { get; }

    public TensorElementType KvType { get; }

    public KvLayout Layout { get; }

    public int ContextTokens { get; }

    /// <summary>Where the graph changes to its long rotary factors: for totals above this many tokens; null where it has one set.</summary>
    public int? LongRopeFrom { get; }

    /// <summary>The most new tokens a run takes, over all its rows.</summary>
    public int MaxRunTokens { get; }

    /// <summary>Whether workers spin, as decided.</summary>
    public bool Spins { get; private init; }

    /// <summary>Loads and checks a folder's graph.</summary>
    /// <exception cref="ModelFolderException">The graph cannot be loaded, or is not what the folder says.</exception>
    public static ModelGraph Load(ModelFolder folder, GraphOptions options)
    {
        if (!folder.Graph.SharesKeyValues)
        {
            throw new ModelFolderException(
                Path.GetFileName(folder.OnnxFile),
                "its attention is not GroupQueryAttention, so keys and values cannot be kept in place",
                "Use the int4 CPU variant of the model as its publisher made it with onnxruntime-genai.");
        }

        var spins = SpinningProbe.Decide(options.Spinning, options.Threads);
        using var session = new SessionOptions
        {
            IntraOpNumThreads = options.Threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        session.AddSessionConfigEntry("session.intra_op.allow_spinning", spins ? "1" : "0");

        InferenceSession? loaded = null;
        try
        {
            loaded = new InferenceSession(folder.OnnxFile, session);
            return new ModelGraph(folder, loaded, options) { Spins = spins };
        }
        catch (OnnxRuntimeException exception)
        {
            loaded?.Dispose();
            throw new ModelFolderException(
                Path.GetFileName(folder.OnnxFile),
                $"ONNX Runtime cannot load it: {FirstLine(exception.Message)}",
                "Download the folder again, or use a variant made for CPU.",
                exception);
        }
        catch
        {
            loaded?.Dispose();
            throw;
        }
    }

    public void Dispose() => Session.Dispose();

    internal static string FirstLine(string message) => message.Split('\n')[0].Trim().TrimEnd('.');
}
