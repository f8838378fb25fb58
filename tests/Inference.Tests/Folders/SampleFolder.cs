using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Tests.Folders;

/// <summary>A small model folder in the layout of the published ones, to be spoiled by a test; deleted with the test.</summary>
internal sealed class SampleFolder : IDisposable
{
    public const int Layers = 2;
    public const int WeightBytes = 64;

    public SampleFolder()
    {
        Directory.CreateDirectory(Path);
        Write(GenAiConfig.FileName, Config().ToJsonString());
        Write("model.onnx", Onnx());
        Write("model.onnx.data", new byte[WeightBytes]);
        Write("tokenizer.json", "{}");
        Write("tokenizer_config.json", """{"bos_token":{"content":"<s>"},"eos_token":"</s>","chat_template":"{{ bos_token }}"}""");
    }

    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"hybrid-folder-{Guid.NewGuid():N}", "sample");

    /// <summary>The configuration as the published builder writes it.</summary>
    public static JsonObject Config() => JsonNode.Parse(
        """
        {
          "model": {
            "bos_token_id": 1,
            "context_length": 4096,
            "decoder": {
              "session_options": { "log_id": "onnxruntime-genai", "provider_options": [ { "cuda": { "enable_cuda_graph": "0" } } ] },
              "filename": "model.onnx",
              "head_size": 8,
              "hidden_size": 32,
              "inputs": {
                "input_ids": "input_ids",
                "attention_mask": "attention_mask",
                "past_key_names": "past_key_values.%d.key",
                "past_value_names": "past_key_values.%d.value"
              },
              "outputs": { "logits": "logits", "present_key_names": "present.%d.key", "present_value_names": "present.%d.value" },
              "num_attention_heads": 4,
              "num_hidden_layers": 2,
              "num_key_value_heads": 2
            },
            "eos_token_id": [ 7, 9 ],
            "pad_token_id": 7,
            "type": "phi3",
            "vocab_size": 100
          },
          "search": {
            "diversity_penalty": 0.0, "do_sample": true, "early_stopping": true, "length_penalty": 1.0, "max_length": 4096, "min_length": 0,
            "no_repeat_ngram_size": 0, "num_beams": 1, "num_return_sequences": 1, "past_present_share_buffer": true,
            "repetition_penalty": 1.05, "temperature": 0.7, "top_k": 20, "top_p": 0.8
          }
        }
        """)!.AsObject();

    public static byte[] Onnx(params byte[][] more) => Onnx(OnnxBytes.Float, 2, 8, 100, more);

    public static byte[] Onnx(int cacheType, int heads, int headSize, int? vocabulary, params byte[][] more)
    {
        var parts = new List<byte[]>
        {
            OnnxBytes.Node("MatMulNBits"),
            OnnxBytes.Input("input_ids", OnnxBytes.Int64, null, null),
            OnnxBytes.Input("attention_mask", OnnxBytes.Int64, null, null),
            OnnxBytes.Output("logits", OnnxBytes.Float, null, null, vocabulary),
            OnnxBytes.Initializer(OnnxBytes.InlineTensor(1000)),
            OnnxBytes.Initializer(OnnxBytes.ExternalTensor("model.onnx.data", "0", "16")),
            OnnxBytes.Initializer(OnnxBytes.ExternalTensor("model.onnx.data", "16", "48")),
        };
        for (var layer = 0; layer < Layers; layer++)
        {
            parts.Add(OnnxBytes.Node("GroupQueryAttention", OnnxBytes.IntAttribute("do_rotary", 1)));
            foreach (var kind in new[] { "key", "value" })
            {
                parts.Add(OnnxBytes.Input($"past_key_values.{layer}.{kind}", cacheType, null, heads, null, headSize));
                parts.Add(OnnxBytes.Output($"present.{layer}.{kind}", cacheType, null, heads, null, headSize));
            }
        }

        return OnnxBytes.Model([.. parts, .. more]);
    }

    public ModelFolder Open() => ModelFolder.Open(Path, TestContext.Current.CancellationToken);

    public ModelFolderException Refused() => Assert.Throws<ModelFolderException>(Open);

    public void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Path, name), text);

    public void Write(string name, byte[] bytes) => File.WriteAllBytes(System.IO.Path.Combine(Path, name), bytes);

    public byte[] Read(string name) => File.ReadAllBytes(System.IO.Path.Combine(Path, name));

    public void Delete(string name) => File.Delete(System.IO.Path.Combine(Path, name));

    /// <summary>Changes one value of the configuration; the path is dotted, the value JSON, and null removes the key.</summary>
    public void Set(string path, string? json)
    {
        var config = JsonNode.Parse(Read(GenAiConfig.FileName))!.AsObject();
        var keys = path.Split('.');
        var parent = keys[..^1].Aggregate(config, (node, key) => (node[key] ??= new JsonObject()).AsObject());
        parent.Remove(keys[^1]);
        if (json is not null)
        {
            parent[keys[^1]] = JsonNode.Parse(json);
        }

        Write(GenAiConfig.FileName, config.ToJsonString());
    }

    public string HashOf(string name) => Convert.ToHexStringLower(SHA256.HashData(Read(name)));

    public void Dispose() => Directory.Delete(System.IO.Path.GetDirectoryName(Path)!, recursive: true);
}
