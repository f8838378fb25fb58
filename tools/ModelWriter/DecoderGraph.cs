using Hybrid.ModelWriter.Onnx;
using static Hybrid.ModelWriter.GraphBuilder;
using static Hybrid.ModelWriter.Onnx.TensorProto.Types;

namespace Hybrid.ModelWriter;

/// <summary>Builds the whole graph of a decoder, front to back, and writes its tensors on the way.</summary>
internal sealed class DecoderGraph
{
    private const string Batch = "batch_size";
    private const string Sequence = "sequence_length";
    private const string Past = "past_sequence_length";
    private const string Total = "total_sequence_length";

    private readonly ModelShape _shape;
    private readonly GraphBuilder _graph;
    private readonly TensorWriter _tensors;
    private readonly LinearNodes _linear;
    private readonly RotaryNodes _rotary;
    private readonly AttentionNodes _attention;

    public DecoderGraph(ModelShape shape, GraphBuilder graph, TensorWriter tensors)
    {
        _shape = shape;
        _graph = graph;
        _tensors = tensors;
        _linear = new(shape, graph, tensors);
        _rotary = new(shape, graph, tensors);
        _attention = new(shape, graph, tensors, _linear, _rotary);
    }

    public ModelProto Build()
    {
        AddBorders();
        var (sequenceLengths, totalLength, totalLength32) = AddMask();
        _rotary.AddTables(totalLength);

        var residual = AddEmbedding();
        var skip = residual;
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            var basename = $"layers.{layer}/input_layernorm";
            (var normalized, residual) = layer == 0
                ? (AddFirstNorm(basename, WeightNames.AttentionNorm(layer), residual), residual)
                : AddNorm(basename, WeightNames.AttentionNorm(layer), residual, skip);
            skip = _attention.Add(layer, normalized, sequenceLengths, totalLength32);

            basename = $"layers.{layer}/post_attention_layernorm";
            (normalized, residual) = AddNorm(basename, WeightNames.FeedForwardNorm(layer), residual, skip);
            skip = AddFeedForward(layer, normalized);
        }

        var (last, _) = AddNorm($"layers.{_shape.Layers}/final_norm_layernorm", WeightNames.FinalNorm, residual, skip, isLast: true);
        AddHead(last);

        var model = new ModelProto { IrVersion = 10, ProducerName = "Hybrid.ModelWriter", Graph = _graph.Graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 21 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = MicrosoftDomain, Version = 1 });
        return model;
    }

    private void AddBorders()
    {
        var names = _shape.IoNames;
        var keyValueType = _shape.KeyValueType.ToOnnx();
        _graph.AddInput(names.InputIds, DataType.Int64, Batch, Sequence);
        _graph.AddInput(names.AttentionMask, DataType.Int64, Batch, Total);
        if (_shape.AttentionInputsIncludePositionIds)
        {
            _graph.AddInput(names.PositionIds, DataType.Int64, Batch, Sequence);
        }

        _graph.AddOutput(
            names.Logits, _shape.LogitsType.ToOnnx(), Batch, _shape.PrunedLogits ? 1 : Sequence, _shape.VocabularySize);
        for (var layer = 0; layer < _shape.Layers; layer++)
        {
            foreach (var (past, present) in new[] { (names.PastKey, names.PresentKey), (names.PastValue, names.PresentValue) })
            {
                _graph.AddInput(
                    IoNames.ForLayer(past, layer), keyValueType, Batch, _shape.KeyValueHeads, Past, _shape.HeadSize);
                _graph.AddOutput(
                    IoNames.ForLayer(present, layer), keyValueType, Batch, _shape.KeyValueHeads, Total, _shape.HeadSize);
            }
        }
    }

    /// <summary>Adds what the attention nodes need to know of the mask.</summary>
    private (string SequenceLengths, string TotalLength, string TotalLength32) AddMask()
    {
        const string Basename = "/model/attn_mask_reformat/attn_mask_subgraph";
        var mask = _shape.IoNames.AttentionMask;

        var sum = _graph.AddNode("ReduceSum", $"{Basename}/ReduceSum", [mask, _graph.Constants(1)], [Int("keepdims", 0)]);
        var lengths = _graph.AddNode("Sub", $"{Basename}/Sub", [sum, _graph.Constants(1)]);
        var lengths32 = _graph.Cast($"{Basename}/Sub/Cast", lengths, DataType.Int32);

        var shape = _graph.AddNode("Shape", $"{Basename}/Shape", [mask]);
        var total = _graph.AddNode("Gather", $"{Basename}/Gather", [shape, _graph.Constant(1)], [Int("axis", 0)]);
        var total32 = _graph.Cast($"{Basename}/Gather/Cast", total, DataType.Int32);
        return (lengths32, total, total32);
    }

    private string AddEmbedding()
    {
        var weight = _tensors.AddPlain(WeightNames.Embedding, WeightNames.Embedding, _shape.VocabularySize, _shape.HiddenSize);
        return _graph.AddNode("Gather", "/model/embed_tokens/Gather", [weight, _shape.IoNames.InputIds]);
    }

    private string AddFirstNorm(string basename, string weight, string input) => _graph.AddNode(
        "SimplifiedLayerNormalization",
        $"/model/{basename}/LayerNorm",
        [input, AddNormWeight(basename, weight)],
        [Float("epsilon", _shape.NormEpsilon), Int("axis", -1), Int("stash_type", 1)],
        output: $"/model/{basename}/output_0");

    private (string Normalized, string Sum) AddNorm(string basename, string weight, string residual, string skip, bool isLast = false)
    {
        var (normalized, sum) = ($"/model/{basename}/output_0", $"/model/{basename}/output_3");
        string[] outputs = isLast ? [normalized] : [normalized, "", "", sum];
        _graph.AddNode(
            "SkipSimplifiedLayerNormalization",
            $"/model/{basename}/SkipLayerNorm",
            [residual, skip, AddNormWeight(basename, weight)],
            outputs,
            [Float("epsilon", _shape.NormEpsilon)],
            MicrosoftDomain);
        return (normalized, sum);
    }

    private string AddNormWeight(string basename, string weight) =>
        _tensors.AddPlain($"model.{basename.Replace('/', '.')}.weight", weight, _shape.HiddenSize);

    private string AddFeedForward(int layer, string input)
    {
        var basename = $"/model/layers.{layer}/mlp";
        var width = _shape.FeedForwardSize;
        string gate, up;
        if (_shape.PackedGateUp)
        {
            var packed = _linear.Multiply(
                $"{basename}/gate_up_proj", WeightNames.GateUp(layer), 2 * width, _shape.HiddenSize, input);
            var split = $"{basename}/gate_up_proj/Split";
            (gate, up) = ($"{split}/output_0", $"{split}/output_1");
            _graph.AddNode("Split", split, [packed, _graph.Constants(width, width)], [gate, up], [Int("axis", -1)]);
        }
        else
        {
            gate = _linear.Multiply($"{basename}/gate_proj", WeightNames.Gate(layer), width, _shape.HiddenSize, input);
            up = _linear.Multiply($"{basename}/up_proj", WeightNames.Up(layer), width, _shape.HiddenSize, input);
        }

        var sigmoid = _graph.AddNode("Sigmoid", $"{basename}/act_fn/Sigmoid", [gate]);
        var activated = _graph.AddNode("Mul", $"{basename}/act_fn/Mul", [gate, sigmoid]);
        var gated = _graph.AddNode("Mul", $"{basename}/Mul", [activated, up]);
        return _linear.Multiply($"{basename}/down_proj", WeightNames.Down(layer), _shape.HiddenSize, width, gated);
    }

    private void AddHead(string input)
    {
        if (_shape.PrunedLogits)
        {
            var row = _graph.AddNode("Gather", "/lm_head/prune/Gather", [input, _graph.Constant(-1)], [Int("axis", 1)]);
            input = _graph.AddNode("Unsqueeze", "/lm_head/prune/Unsqueeze", [row, _graph.Constants(1)]);
        }

        var logits = _shape.IoNames.Logits;
        var output = _shape.LogitsType == ElementType.Float32 ? logits : null;
        if (_shape is { TiedEmbeddings: true, Weights: WeightFormat.Float32 })
        {
            var transposed = _graph.AddNode(
                "Transpose", "/lm_head/Transpose", [WeightNames.Embedding], [Ints("perm", 1, 0)]);
            output = _graph.AddNode("MatMul", "/lm_head/MatMul", [input, transposed], output: output);
        }
        else
        {
            var weight = _shape.TiedEmbeddings ? WeightNames.Embedding : WeightNames.Head;
            output = _linear.Multiply("/lm_head", weight, _shape.VocabularySize, _shape.HiddenSize, input, output);
        }

        if (_shape.LogitsType != ElementType.Float32)
        {
            _graph.Cast("/lm_head/Cast", output, _shape.LogitsType.ToOnnx(), logits);
        }
    }
}
