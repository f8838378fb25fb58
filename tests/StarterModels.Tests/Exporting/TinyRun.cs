using System.Runtime.InteropServices;
using System.Text.Json;
using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Exporting;
using Hybrid.StarterModels.Tokenizing;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Tests.Exporting;

/// <summary>What a finished training leaves behind, with random weights: a corpus folder and a run folder.</summary>
internal sealed class TinyRun : IDisposable
{
    public static readonly TrainedShape Shape =
        new(Hidden: 32, Layers: 2, Heads: 2, KvHeads: 1, Intermediate: 64, Tied: true, Context: 128, Vocabulary: 300);

    public TinyRun()
    {
        var tokenizer = BytePairTrainer.Train(["the pump leaks", "the pump reads 82"], Shape.Vocabulary);
        Tokenizer = TokenizerJson.Write(tokenizer);
        using (var writer = new TokenFileWriter(Folder, "test", tokenizer, ["chat"]))
        {
            writer.Write(new Conversation(null, [new Sample("chat", "i", "w", "the pump?", "it leaks")]));
            writer.Write(new Conversation(null, [new Sample("chat", "i", "w", "reads 82", "no")]));
        }

        WriteWeights();
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("starter-").FullName;

    public string Tokenizer { get; }

    public string Export()
    {
        var folder = Path.Combine(Folder, "onnx");
        StarterFolder.Write(folder, TrainedWeights.Read(Folder), Tokenizer, TestContext.Current.CancellationToken);
        return folder;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private void WriteWeights()
    {
        const int headSize = 16;
        var tensors = new List<object>();
        var random = new Random64(5);
        using var data = File.Create(Path.Combine(Folder, "weights.bin"));
        void Add(string name, params int[] shape)
        {
            tensors.Add(new { name, shape, offset = data.Position });
            var scale = shape.Length == 1 ? 0 : 0.3;
            var values = Enumerable.Range(0, shape.Aggregate(1, (product, side) => product * side))
                .Select(_ => (float)((shape.Length == 1 ? 1 : 0) + (scale * ((2 * random.Unit()) - 1)))).ToArray();
            data.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        }

        Add("model.embed_tokens.weight", Shape.Vocabulary, Shape.Hidden);
        for (var layer = 0; layer < Shape.Layers; layer++)
        {
            var prefix = $"model.layers.{layer}.";
            Add(prefix + "input_layernorm.weight", Shape.Hidden);
            Add(prefix + "self_attn.qkv_proj.weight", (Shape.Heads + (2 * Shape.KvHeads)) * headSize, Shape.Hidden);
            Add(prefix + "self_attn.o_proj.weight", Shape.Hidden, Shape.Heads * headSize);
            Add(prefix + "post_attention_layernorm.weight", Shape.Hidden);
            Add(prefix + "mlp.gate_up_proj.weight", 2 * Shape.Intermediate, Shape.Hidden);
            Add(prefix + "mlp.down_proj.weight", Shape.Hidden, Shape.Intermediate);
        }

        Add("model.norm.weight", Shape.Hidden);
        File.WriteAllText(
            Path.Combine(Folder, "weights.json"), JsonSerializer.Serialize(new { shape = Shape, tensors }, JsonSerializerOptions.Web));
    }
}
