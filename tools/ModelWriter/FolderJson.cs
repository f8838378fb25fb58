using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hybrid.ModelWriter;

/// <summary>The JSON files of a model folder that follow from its shape and side files.</summary>
internal sealed class FolderJson(ModelShape shape, SideFiles sideFiles, string graphFile)
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly Dictionary<int, JsonObject> _addedTokens = AddedTokens(sideFiles.TokenizerJson);

    /// <summary>The file that onnxruntime-genai reads first.</summary>
    public JsonObject GenAiConfig()
    {
        var names = shape.IoNames;
        var inputs = new JsonObject
        {
            ["input_ids"] = names.InputIds,
            ["attention_mask"] = names.AttentionMask,
            ["past_key_names"] = names.PastKey,
            ["past_value_names"] = names.PastValue,
        };
        if (shape.AttentionInputsIncludePositionIds)
        {
            inputs["position_ids"] = names.PositionIds;
        }

        return new()
        {
            ["model"] = new JsonObject
            {
                ["bos_token_id"] = sideFiles.BosTokenId,
                ["context_length"] = shape.ContextLength,
                ["decoder"] = new JsonObject
                {
                    ["session_options"] = new JsonObject { ["log_id"] = "onnxruntime-genai", ["provider_options"] = new JsonArray() },
                    ["filename"] = graphFile,
                    ["head_size"] = shape.HeadSize,
                    ["hidden_size"] = shape.HiddenSize,
                    ["inputs"] = inputs,
                    ["outputs"] = new JsonObject
                    {
                        ["logits"] = names.Logits,
                        ["present_key_names"] = names.PresentKey,
                        ["present_value_names"] = names.PresentValue,
                    },
                    ["num_attention_heads"] = shape.Heads,
                    ["num_hidden_layers"] = shape.Layers,
                    ["num_key_value_heads"] = shape.KeyValueHeads,
                },
                ["eos_token_id"] = Ids(sideFiles.EosTokenIds),
                ["pad_token_id"] = sideFiles.PadTokenId,
                ["type"] = sideFiles.ModelType,
                ["vocab_size"] = shape.VocabularySize,
            },
            ["search"] = Search(),
        };
    }

    /// <summary>The model's configuration as HuggingFace transformers reads it.</summary>
    public JsonObject ModelConfig()
    {
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(char.ToUpperInvariant(sideFiles.ModelType[0]) + sideFiles.ModelType[1..] + "ForCausalLM"),
            ["attention_bias"] = shape.QkvBias,
            ["bos_token_id"] = sideFiles.BosTokenId,
            ["eos_token_id"] = sideFiles.EosTokenIds[0],
            ["head_dim"] = shape.HeadSize,
            ["hidden_act"] = "silu",
            ["hidden_size"] = shape.HiddenSize,
            ["intermediate_size"] = shape.FeedForwardSize,
            ["max_position_embeddings"] = shape.ContextLength,
            ["model_type"] = sideFiles.ModelType,
            ["num_attention_heads"] = shape.Heads,
            ["num_hidden_layers"] = shape.Layers,
            ["num_key_value_heads"] = shape.KeyValueHeads,
            ["original_max_position_embeddings"] = shape.LongRope?.OriginalContextLength ?? shape.ContextLength,
            ["pad_token_id"] = sideFiles.PadTokenId,
            ["partial_rotary_factor"] = shape.PartialRotaryFactor,
            ["rms_norm_eps"] = shape.NormEpsilon,
            ["rope_scaling"] = RopeScaling(),
            ["rope_theta"] = shape.RopeTheta,
            ["sliding_window"] = shape.SlidingWindow,
            ["tie_word_embeddings"] = shape.TiedEmbeddings,
            ["torch_dtype"] = "float32",
            ["use_cache"] = true,
            ["vocab_size"] = shape.VocabularySize,
        };
        return config;
    }

    /// <summary>The tokenizer's configuration, chat template included.</summary>
    public JsonObject TokenizerConfig()
    {
        var decoder = new JsonObject();
        foreach (var (id, token) in _addedTokens.OrderBy(entry => entry.Key))
        {
            var entry = token.DeepClone().AsObject();
            entry.Remove("id");
            decoder.Add(id.ToString(System.Globalization.CultureInfo.InvariantCulture), entry);
        }

        var config = SpecialTokens();
        config["add_bos_token"] = false;
        config["add_prefix_space"] = false;
        config["added_tokens_decoder"] = decoder;
        config["chat_template"] = sideFiles.ChatTemplate;
        config["clean_up_tokenization_spaces"] = false;
        config["model_max_length"] = shape.ContextLength;
        config["tokenizer_class"] = "GPT2Tokenizer";
        return config;
    }

    /// <summary>The texts of the special tokens.</summary>
    public JsonObject SpecialTokens()
    {
        var tokens = new JsonObject();
        if (sideFiles.BosTokenId is { } bos)
        {
            tokens["bos_token"] = TextOf(bos, nameof(SideFiles.BosTokenId));
        }

        tokens["eos_token"] = TextOf(sideFiles.EosTokenIds[0], nameof(SideFiles.EosTokenIds));
        tokens["pad_token"] = TextOf(sideFiles.PadTokenId, nameof(SideFiles.PadTokenId));
        tokens["unk_token"] = tokens["eos_token"]!.DeepClone();
        return tokens;
    }

    private static Dictionary<int, JsonObject> AddedTokens(string tokenizerJson)
    {
        var tokens = JsonNode.Parse(tokenizerJson)?["added_tokens"]?.AsArray() ?? [];
        return tokens.ToDictionary(token => (int)token!["id"]!, token => token!.AsObject());
    }

    private static JsonArray Ids(IEnumerable<int> ids) => new([.. ids.Select(id => JsonValue.Create(id))]);

    private static JsonArray Numbers(IEnumerable<float> numbers) => new([.. numbers.Select(number => JsonValue.Create(number))]);

    private string TextOf(int id, string property) => _addedTokens.TryGetValue(id, out var token)
        ? (string)token["content"]!
        : throw new ArgumentException(
            $"{nameof(SideFiles)}.{property} names token {id}, which is not among added_tokens of {nameof(SideFiles.TokenizerJson)}.",
            nameof(id));

    private JsonObject? RopeScaling()
    {
        if (shape.LongRope is not { } rope)
        {
            return null;
        }

        var scaling = new JsonObject
        {
            ["type"] = "longrope",
            ["short_factor"] = Numbers(rope.ShortFactors),
            ["long_factor"] = Numbers(rope.LongFactors),
        };
        if (rope.ShortAttentionFactor is { } shortFactor)
        {
            scaling["short_mscale"] = shortFactor;
        }

        if (rope.LongAttentionFactor is { } longFactor)
        {
            scaling["long_mscale"] = longFactor;
        }

        return scaling;
    }

    private JsonObject Search() => new()
    {
        ["diversity_penalty"] = 0.0,
        ["do_sample"] = sideFiles.Search.DoSample,
        ["early_stopping"] = true,
        ["length_penalty"] = 1.0,
        ["max_length"] = sideFiles.Search.MaxLength ?? shape.ContextLength,
        ["min_length"] = 0,
        ["no_repeat_ngram_size"] = 0,
        ["num_beams"] = 1,
        ["num_return_sequences"] = 1,
        ["past_present_share_buffer"] = true,
        ["repetition_penalty"] = sideFiles.Search.RepetitionPenalty,
        ["temperature"] = sideFiles.Search.Temperature,
        ["top_k"] = sideFiles.Search.TopK,
        ["top_p"] = sideFiles.Search.TopP,
    };
}
