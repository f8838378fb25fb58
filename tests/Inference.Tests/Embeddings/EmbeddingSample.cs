using System.Text.Json.Nodes;
using Hybrid.Inference.Tests.Tokenization;
using Hybrid.ModelWriter;

namespace Hybrid.Inference.Tests.Embeddings;

/// <summary>A folder of a small embedding model, as sentence-transformers publishes them, and what it must answer.</summary>
internal sealed class EmbeddingSample : IDisposable
{
    public const int HiddenSize = 8;
    public const int MaxTokens = 24;

    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##aff", "##able", "hello", "world", "!", ",", "cafe", "你", "好", "##s", "a", "the", "##lo", "hel", "[", "]", "cls", "sep"];

    private readonly TemporaryFolder _folder = new();

    public EmbeddingSample(bool types = true, bool positions = false, string output = "last_hidden_state", bool isPooled = false, bool innerFolder = false)
    {
        var random = new Random(5);
        Tables = new EmbeddingTables(
            HiddenSize, Table(Vocabulary.Length), types ? Table(2) : null, positions ? Table(MaxTokens + 8) : null);
        _folder.Write("tokenizer.json", WordPiece().ToJsonString());
        _folder.Write("config.json", $$"""{"model_type":"bert","hidden_size":{{HiddenSize}},"max_position_embeddings":{{MaxTokens}},"pad_token_id":0}""");
        _folder.Write("modules.json", Modules("Transformer", "Pooling", "Normalize"));
        WritePooling("mean_tokens");
        if (innerFolder)
        {
            Directory.CreateDirectory(System.IO.Path.Combine(Path, "onnx"));
        }

        EmbeddingGraphWriter.Write(GraphPath(innerFolder), Tables, output, isPooled);

        float[] Table(int rows) => [.. Enumerable.Range(0, rows * HiddenSize).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    public string Path => _folder.Path;

    public EmbeddingTables Tables { get; }

    public static string Modules(params string[] types) => new JsonArray([.. types.Select((type, i) => (JsonNode)new JsonObject
    {
        ["idx"] = i,
        ["name"] = $"{i}",
        ["path"] = i == 0 ? "" : $"{i}_{type}",
        ["type"] = $"sentence_transformers.models.{type}",
    })]).ToJsonString();

    public void Write(string name, string content) => _folder.Write(name, content);

    public void Delete(string name) => File.Delete(System.IO.Path.Combine(Path, name));

    public void WritePooling(params string[] modes)
    {
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "1_Pooling"));
        var config = new JsonObject { ["word_embedding_dimension"] = HiddenSize };
        foreach (var mode in (string[])["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens", "lasttoken"])
        {
            config[$"pooling_mode_{mode}"] = modes.Contains(mode);
        }

        _folder.Write("1_Pooling/config.json", config.ToJsonString());
    }

    /// <summary>The vectors of a text's tokens, computed here.</summary>
    public float[][] TokenVectors(int[] ids)
    {
        var sums = ids.Select((id, at) => Enumerable.Range(0, HiddenSize)
            .Select(d => Tables.Words[(id * HiddenSize) + d] + (Tables.Types?[d] ?? 0) + (Tables.Positions?[(at * HiddenSize) + d] ?? 0)).ToArray()).ToArray();
        var mean = Enumerable.Range(0, HiddenSize).Select(d => sums.Average(sum => sum[d])).ToArray();
        return [.. sums.Select(sum => sum.Select((value, d) => MathF.Tanh(value + mean[d])).ToArray())];
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>A tokenizer file as BERT's uncased ones are.</summary>
    public static JsonObject WordPiece()
    {
        var vocabulary = new JsonObject();
        foreach (var token in Vocabulary)
        {
            vocabulary[token] = vocabulary.Count;
        }

        return new JsonObject
        {
            ["truncation"] = new JsonObject { ["max_length"] = 8, ["strategy"] = "LongestFirst", ["stride"] = 0 },
            ["padding"] = new JsonObject { ["strategy"] = "BatchLongest", ["pad_id"] = 0 },
            ["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 4).Select(id => (JsonNode)TokenizerFiles.Added(id, Vocabulary[id]))]),
            ["normalizer"] = new JsonObject { ["type"] = "BertNormalizer", ["clean_text"] = true, ["handle_chinese_chars"] = true, ["strip_accents"] = null, ["lowercase"] = true },
            ["pre_tokenizer"] = new JsonObject { ["type"] = "BertPreTokenizer" },
            ["post_processor"] = new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(Special("[CLS]"), new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }, Special("[SEP]")),
                ["pair"] = new JsonArray(),
                ["special_tokens"] = new JsonObject { ["[CLS]"] = Ids("[CLS]", 2), ["[SEP]"] = Ids("[SEP]", 3) },
            },
            ["decoder"] = new JsonObject { ["type"] = "WordPiece", ["prefix"] = "##", ["cleanup"] = true },
            ["model"] = new JsonObject
            {
                ["type"] = "WordPiece",
                ["unk_token"] = "[UNK]",
                ["continuing_subword_prefix"] = "##",
                ["max_input_chars_per_word"] = 20,
                ["vocab"] = vocabulary,
            },
        };
    }

    private string GraphPath(bool innerFolder) => System.IO.Path.Combine(Path, innerFolder ? "onnx/model.onnx" : "model.onnx");

    private static JsonObject Special(string name) => new() { ["SpecialToken"] = new JsonObject { ["id"] = name, ["type_id"] = 0 } };

    private static JsonObject Ids(string name, int id) => new() { ["id"] = name, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(name) };
}
