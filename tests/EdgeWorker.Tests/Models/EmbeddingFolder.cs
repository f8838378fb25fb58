using System.Text.Json.Nodes;
using Hybrid.ModelWriter;

namespace Hybrid.EdgeWorker.Tests.Models;

/// <summary>A small embedding model, as sentence-transformers publishes them, with random weights.</summary>
internal sealed class EmbeddingFolder : IDisposable
{
    public const int Dimensions = 8;

    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "hello", "world", "pump", "valve", "a", "the"];

    private readonly TemporaryFolder _folder = new();

    public EmbeddingFolder()
    {
        Directory.CreateDirectory(Path);
        var random = new Random(5);
        Write("tokenizer.json", Tokenizer().ToJsonString());
        Write("config.json", $$"""{"model_type":"bert","hidden_size":{{Dimensions}},"max_position_embeddings":24,"pad_token_id":0}""");
        Write("modules.json", """
            [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
             {"idx":1,"name":"1","path":"1_Pooling","type":"sentence_transformers.models.Pooling"},
             {"idx":2,"name":"2","path":"2_Normalize","type":"sentence_transformers.models.Normalize"}]
            """);
        Directory.CreateDirectory(System.IO.Path.Combine(Path, "1_Pooling"));
        Write("1_Pooling/config.json", $$"""
            {"word_embedding_dimension":{{Dimensions}},"pooling_mode_cls_token":false,"pooling_mode_mean_tokens":true,
             "pooling_mode_max_tokens":false,"pooling_mode_mean_sqrt_len_tokens":false,"pooling_mode_lasttoken":false}
            """);
        EmbeddingGraphWriter.Write(
            System.IO.Path.Combine(Path, "model.onnx"), new EmbeddingTables(Dimensions, Table(Vocabulary.Length), Table(2), null), "last_hidden_state", false);

        float[] Table(int rows) => [.. Enumerable.Range(0, rows * Dimensions).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    public string Path => _folder.File("embed");

    public void Dispose() => _folder.Dispose();

    private void Write(string name, string content) => File.WriteAllText(System.IO.Path.Combine(Path, name), content);

    private static JsonObject Tokenizer()
    {
        var vocabulary = new JsonObject();
        foreach (var token in Vocabulary)
        {
            vocabulary[token] = vocabulary.Count;
        }

        return new JsonObject
        {
            ["added_tokens"] = new JsonArray([.. Enumerable.Range(0, 4).Select(id => (JsonNode)new JsonObject
            {
                ["id"] = id, ["content"] = Vocabulary[id], ["single_word"] = false, ["lstrip"] = false, ["rstrip"] = false,
                ["normalized"] = false, ["special"] = true,
            })]),
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

    private static JsonObject Special(string name) => new() { ["SpecialToken"] = new JsonObject { ["id"] = name, ["type_id"] = 0 } };

    private static JsonObject Ids(string name, int id) => new() { ["id"] = name, ["ids"] = new JsonArray(id), ["tokens"] = new JsonArray(name) };
}
