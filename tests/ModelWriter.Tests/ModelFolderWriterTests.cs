using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hybrid.ModelWriter.Onnx;

namespace Hybrid.ModelWriter.Tests;

public sealed class ModelFolderWriterTests : IDisposable
{
    private static readonly ModelShape Int4 = ModelShape.Tiny with { Weights = WeightFormat.Int4 };

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Write_SameArguments_GivesSameBytes()
    {
        using var other = new TemporaryFolder();

        Write(Int4);
        ModelFolderWriter.Write(other.Path, Int4, new RandomWeights(1), SideFiles.TinyByteLevel());

        Assert.Equal(Contents(_folder.Path), Contents(other.Path));
    }

    [Fact]
    public void Write_OverOtherModel_LeavesNothingOfIt()
    {
        using var other = new TemporaryFolder();
        Write(ModelShape.Tiny with { Layers = 4 });
        ModelFolderWriter.Write(other.Path, ModelShape.Tiny, new RandomWeights(1), SideFiles.TinyByteLevel());

        Write(ModelShape.Tiny);

        Assert.Equal(Contents(other.Path), Contents(_folder.Path));
    }

    [Fact]
    public void Write_Folder_ListsSumsOfAllOtherFilesSortedByName()
    {
        Write(Int4);

        var lines = File.ReadAllLines(FileOf("SHA256SUMS"));
        string[] names =
        [
            "config.json", "genai_config.json", "model.onnx", "model.onnx.data",
            "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
        ];
        Assert.Equal(names.Select(name => $"{Sum(name)}  {name}"), lines);
        Assert.Equal(names.Length + 1, Directory.GetFiles(_folder.Path).Length);
    }

    [Fact]
    public void Write_Tensors_LieApartAtMultiplesOfAPage()
    {
        Write(Int4);

        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(FileOf(ModelFolderWriter.GraphFile)));
        var end = 0L;
        foreach (var tensor in model.Graph.Initializer.Where(tensor => tensor.DataLocation == TensorProto.Types.DataLocation.External))
        {
            var place = tensor.ExternalData.ToDictionary(entry => entry.Key, entry => entry.Value);
            var offset = long.Parse(place["offset"], CultureInfo.InvariantCulture);
            Assert.Equal(ModelFolderWriter.DataFile, place["location"]);
            Assert.Equal(0, offset % 4096);
            Assert.InRange(offset - end, 0, 4095);
            end = offset + long.Parse(place["length"], CultureInfo.InvariantCulture);
        }

        Assert.Equal(end, new FileInfo(FileOf(ModelFolderWriter.DataFile)).Length);
        Assert.Equal(10, model.IrVersion);
        Assert.Equal([("", 21L), ("com.microsoft", 1L)], model.OpsetImport.Select(opset => (opset.Domain, opset.Version)));
        Assert.Contains("/model/layers.0/attn/GroupQueryAttention", model.Graph.Node.Select(node => node.Name));
    }

    [Fact]
    public void Write_GenAiConfig_DescribesTheGraph()
    {
        var sides = SideFiles.TinyByteLevel() with { ModelType = "qwen3", Search = new() { DoSample = true, TopK = 7, MaxLength = 99 } };
        var shape = ModelShape.Tiny with
        {
            AttentionInputsIncludePositionIds = true,
            IoNames = new() { PastKey = "past.%d.k", Logits = "scores" },
        };

        ModelFolderWriter.Write(_folder.Path, shape, new RandomWeights(1), sides);

        var config = Json("genai_config.json");
        var model = config["model"]!;
        Assert.Equal("qwen3", (string?)model["type"]);
        Assert.Equal([315, 319], model["eos_token_id"]!.AsArray().Select(id => (int)id!));
        Assert.Equal(512, (int)model["context_length"]!);
        Assert.Equal("past.%d.k", (string?)model["decoder"]!["inputs"]!["past_key_names"]);
        Assert.Equal("position_ids", (string?)model["decoder"]!["inputs"]!["position_ids"]);
        Assert.Equal("scores", (string?)model["decoder"]!["outputs"]!["logits"]);
        Assert.Equal(2, (int)model["decoder"]!["num_key_value_heads"]!);
        Assert.True((bool)config["search"]!["do_sample"]!);
        Assert.Equal(7, (int)config["search"]!["top_k"]!);
        Assert.Equal(99, (int)config["search"]!["max_length"]!);
        Assert.Equal("Qwen3ForCausalLM", (string?)Json("config.json")["architectures"]![0]);
    }

    [Fact]
    public void Write_LongRope_StandsInModelConfig()
    {
        float[] factors = [1, 2, 3, 4, 5, 6, 7, 8];
        Write(ModelShape.Tiny with { LongRope = new() { OriginalContextLength = 64, ShortFactors = factors, LongFactors = factors } });

        var config = Json("config.json");

        Assert.Equal(512, (int)config["max_position_embeddings"]!);
        Assert.Equal(64, (int)config["original_max_position_embeddings"]!);
        Assert.Equal("longrope", (string?)config["rope_scaling"]!["type"]);
        Assert.Equal(factors, config["rope_scaling"]!["long_factor"]!.AsArray().Select(factor => (float)factor!));
    }

    [Fact]
    public void Write_TokenizerFiles_AgreeWithEachOther()
    {
        Write(ModelShape.Tiny);

        var tokenizer = Json("tokenizer.json");
        var vocabulary = tokenizer["model"]!["vocab"]!.AsObject();
        var merges = tokenizer["model"]!["merges"]!.AsArray()
            .Select(merge => merge!.AsArray().Select(part => (string)part!).ToArray())
            .ToArray();
        var added = tokenizer["added_tokens"]!.AsArray();
        Assert.Equal(
            Enumerable.Range(0, 320),
            [.. vocabulary.Select(entry => (int)entry.Value!), .. added.Select(token => (int)token!["id"]!)]);
        for (var i = 0; i < merges.Length; i++)
        {
            // A merge can only happen if both halves are bytes or come out of earlier merges.
            Assert.All(merges[i], part => Assert.InRange((int)vocabulary[part]!, 0, 255 + i));
            Assert.Equal(256 + i, (int)vocabulary[string.Concat(merges[i])]!);
        }

        var config = Json("tokenizer_config.json");
        Assert.Equal("<|endoftext|>", (string?)config["eos_token"]);
        Assert.Equal("<|end|>", (string?)config["added_tokens_decoder"]!["319"]!["content"]);
        Assert.Contains("add_generation_prompt", (string?)config["chat_template"], StringComparison.Ordinal);
        Assert.Equal("<|endoftext|>", (string?)Json("special_tokens_map.json")["bos_token"]);
    }

    [Fact]
    public void Write_WeightsInMemory_EqualThoseFromTheirSource()
    {
        using var other = new TemporaryFolder();
        var shape = ModelShape.Tiny with { QkvBias = true, QkNorm = true };
        var recorder = new RecordingWeights(new RandomWeights(1));

        ModelFolderWriter.Write(other.Path, shape, recorder, SideFiles.TinyByteLevel());
        ModelFolderWriter.Write(_folder.Path, shape, new DictionaryWeights(recorder.Tensors), SideFiles.TinyByteLevel());

        Assert.Equal(Contents(other.Path), Contents(_folder.Path));
    }

    [Fact]
    public void Write_WeightMissing_NamesIt()
    {
        var exception = Assert.Throws<ArgumentException>(() => ModelFolderWriter.Write(
            _folder.Path, ModelShape.Tiny, new DictionaryWeights(new Dictionary<string, float[]>()), SideFiles.TinyByteLevel()));

        Assert.Contains("model.embed_tokens.weight", exception.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(FileOf("SHA256SUMS")));
    }

    [Fact]
    public void Write_Progress_CountsEveryParameter()
    {
        var reports = new List<WriteProgress>();

        ModelFolderWriter.Write(
            _folder.Path,
            ModelShape.Tiny,
            new RandomWeights(1),
            SideFiles.TinyByteLevel(),
            new ListProgress(reports),
            TestContext.Current.CancellationToken);

        Assert.Equal(reports.Select(report => report.BytesWritten).Order(), reports.Select(report => report.BytesWritten));
        var layer = (64 * 64 * 2) + (64 * 32 * 2) + (3 * 64 * 128) + (2 * 64);
        Assert.Equal((2 * 320 * 64) + (2 * layer) + 64, reports[^1].ParametersWritten);
        Assert.Equal(new FileInfo(FileOf(ModelFolderWriter.DataFile)).Length, reports[^1].BytesWritten);
    }

    [Fact]
    public void Write_Cancelled_LeavesFolderWithoutSums()
    {
        Write(ModelShape.Tiny);
        using var cancellation = new CancellationTokenSource();
        cancellation.Cancel();

        Assert.Throws<OperationCanceledException>(() => ModelFolderWriter.Write(
            _folder.Path, ModelShape.Tiny, new RandomWeights(1), SideFiles.TinyByteLevel(), null, cancellation.Token));

        Assert.False(File.Exists(FileOf("SHA256SUMS")));
    }

    public void Dispose() => _folder.Dispose();

    private void Write(ModelShape shape) =>
        ModelFolderWriter.Write(_folder.Path, shape, new RandomWeights(1), SideFiles.TinyByteLevel());

    private string FileOf(string name) => Path.Combine(_folder.Path, name);

    private JsonObject Json(string name) => JsonNode.Parse(File.ReadAllText(FileOf(name)))!.AsObject();

    private string Sum(string name) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(FileOf(name))));

    private static Dictionary<string, string> Contents(string folder) => Directory.GetFiles(folder)
        .ToDictionary(file => Path.GetFileName(file), file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file))));

    private sealed class ListProgress(List<WriteProgress> reports) : IProgress<WriteProgress>
    {
        public void Report(WriteProgress value) => reports.Add(value);
    }

    private sealed class RecordingWeights(WeightSource source) : WeightSource
    {
        public Dictionary<string, float[]> Tensors { get; } = [];

        public override void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination)
        {
            source.Fill(name, shape, destination);
            Tensors.Add(name, destination.ToArray());
        }
    }
}
