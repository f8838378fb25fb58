using System.Runtime.InteropServices;
using Google.Protobuf;
using Hybrid.ModelWriter.Onnx;
using static Hybrid.ModelWriter.Onnx.AttributeProto.Types;
using static Hybrid.ModelWriter.Onnx.TensorProto.Types;

namespace Hybrid.ModelWriter;

/// <summary>Collects nodes, constants and borders of a graph, named as in published models.</summary>
internal sealed class GraphBuilder
{
    /// <summary>The operator domain of ONNX Runtime's own operators.</summary>
    public const string MicrosoftDomain = "com.microsoft";

    private readonly HashSet<string> _constants = [];

    public GraphProto Graph { get; } = new() { Name = "main_graph" };

    public void AddInput(string name, DataType type, params ReadOnlySpan<Axis> axes) => Graph.Input.Add(Describe(name, type, axes));

    public void AddOutput(string name, DataType type, params ReadOnlySpan<Axis> axes) => Graph.Output.Add(Describe(name, type, axes));

    public void AddInitializer(TensorProto tensor) => Graph.Initializer.Add(tensor);

    /// <summary>Adds a node with one output, named after the node unless given.</summary>
    /// <returns>The output.</returns>
    public string AddNode(
        string type,
        string name,
        ReadOnlySpan<string> inputs,
        ReadOnlySpan<AttributeProto> attributes = default,
        string domain = "",
        string? output = null)
    {
        output ??= $"{name}/output_0";
        AddNode(type, name, inputs, [output], attributes, domain);
        return output;
    }

    public void AddNode(
        string type,
        string name,
        ReadOnlySpan<string> inputs,
        ReadOnlySpan<string> outputs,
        ReadOnlySpan<AttributeProto> attributes,
        string domain = "")
    {
        var node = new NodeProto { OpType = type, Name = name, Domain = domain };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        Graph.Node.Add(node);
    }

    public string Cast(string name, string input, DataType to, string? output = null) =>
        AddNode("Cast", name, [input], [Int("to", (long)to)], output: output);

    /// <summary>Gives the name of a constant int64 scalar.</summary>
    public string Constant(long value) => Constant($"/model/constants/INT64/{value}", [value], []);

    /// <summary>Gives the name of a constant int64 vector.</summary>
    public string Constants(params ReadOnlySpan<long> values) =>
        Constant($"/model/constants/INT64/[{string.Join(", ", values.ToArray())}]", values, [values.Length]);

    public static ValueInfoProto Describe(string name, DataType type, params ReadOnlySpan<Axis> axes)
    {
        var shape = new TensorShapeProto();
        foreach (var axis in axes)
        {
            shape.Dim.Add(axis.ToProto());
        }

        return new()
        {
            Name = name,
            Type = new() { TensorType = new() { ElemType = (int)type, Shape = shape } },
        };
    }

    public static TensorProto Tensor<T>(string name, DataType type, ReadOnlySpan<T> values, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)type,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)),
        };
        foreach (var dimension in shape)
        {
            tensor.Dims.Add(dimension);
        }

        return tensor;
    }

    public static AttributeProto Int(string name, long value) => new() { Name = name, Type = AttributeType.Int, I = value };

    public static AttributeProto Ints(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeType.Ints };
        attribute.Ints.AddRange(values);
        return attribute;
    }

    public static AttributeProto Float(string name, double value) => new() { Name = name, Type = AttributeType.Float, F = (float)value };

    public static AttributeProto Subgraph(string name, GraphProto value) => new() { Name = name, Type = AttributeType.Graph, G = value };

    public static AttributeProto Value(string name, TensorProto value) => new() { Name = name, Type = AttributeType.Tensor, T = value };

    private string Constant(string name, ReadOnlySpan<long> values, ReadOnlySpan<int> shape)
    {
        if (_constants.Add(name))
        {
            AddInitializer(Tensor(name, DataType.Int64, values, shape));
        }

        return name;
    }
}
