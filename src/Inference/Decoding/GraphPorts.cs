using Hybrid.Inference.Folders;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Hybrid.Inference.Decoding;

/// <summary>A graph's inputs or outputs, and which of them have been accounted for.</summary>
internal sealed class GraphPorts(string file, IReadOnlyDictionary<string, NodeMetadata> ports, string kind)
{
    private const string Mismatch = "genai_config.json and the graph belong to different models; download the folder again.";

    private readonly HashSet<string> _known = [];

    public bool Has(string? name) => name is not null && ports.ContainsKey(name);

    public TensorElementType TypeOf(string name) => ports[name].ElementDataType;

    /// <summary>Insists on a tensor of one of these types.</summary>
    public string Require(string? name, params ReadOnlySpan<TensorElementType> types)
    {
        if (name is null || !ports.TryGetValue(name, out var port))
        {
            throw new ModelFolderException(
                file,
                $"it has no {kind} '{name}', which genai_config.json names (it has {Some(ports.Keys)})",
                Mismatch);
        }

        if (port.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR || types.IndexOf(port.ElementDataType) < 0)
        {
            throw new ModelFolderException(
                file,
                $"its {kind} '{name}' is {port.ElementDataType}, where {string.Join(" or ", types.ToArray())} is supported",
                "Use the int4 CPU variant of the model.");
        }

        _known.Add(name);
        return name;
    }

    /// <summary>The shape, with −1 where a dimension is free.</summary>
    public int[] ShapeOf(string name, int rank)
    {
        var shape = ports[name].Dimensions;
        return shape.Length == rank
            ? shape
            : throw new ModelFolderException(file, $"its {kind} '{name}' has {shape.Length} dimensions instead of {rank}", Mismatch);
    }

    /// <summary>Insists on one dimension of a rank 4 tensor; a free dimension is taken at the configuration's word.</summary>
    public void RequireDimension(string name, int dimension, int expected, string key)
    {
        var actual = ShapeOf(name, 4)[dimension];
        if (actual != expected)
        {
            throw new ModelFolderException(
                GenAiConfig.FileName, $"{key} is {expected}, but {kind} '{name}' of {file} has {(actual < 0 ? "no fixed size" : actual)} there", Mismatch);
        }
    }

    /// <summary>Refuses a graph that wants something nobody feeds.</summary>
    public void RefuseOthers()
    {
        var others = ports.Keys.Where(name => !_known.Contains(name)).ToArray();
        if (others.Length > 0)
        {
            throw new ModelFolderException(
                file,
                $"it wants {kind}s this runtime does not feed: {Some(others)}",
                "If there are more layers than model.decoder.num_hidden_layers says, the files do not match; otherwise use a text-only CPU variant of the model.");
        }
    }

    private static string Some(IEnumerable<string> names)
    {
        var all = names.Order(StringComparer.Ordinal).ToArray();
        return string.Join(", ", all.Take(6)) + (all.Length > 6 ? $" and {all.Length - 6} more" : string.Empty);
    }
}
