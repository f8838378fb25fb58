namespace Hybrid.Inference.Folders;

/// <summary>Reads <c>genai_config.json</c> into a <see cref="GenAiConfig"/>, or says which key is wrong and how.</summary>
internal static class GenAiConfigReader
{
    // No published model comes near these; they keep later arithmetic on cache sizes from overflowing.
    private const int MaxLayers = 4096;
    private const int MaxHeads = 65536;
    private const int MaxHeadSize = 65536;

    public static GenAiConfig Read(string folder)
    {
        var file = new FolderFile(folder, GenAiConfig.FileName);
        using var document = JsonFile.Parse(file);
        var root = JsonSection.Root(file, document);
        var model = root.RequiredSection("model");
        var type = model.RequiredText("type");
        var decoder = model.RequiredSection("decoder");
        UnsupportedModel.Refuse(file, type, model, decoder);

        var vocabulary = model.RequiredWhole("vocab_size", 1);
        var context = model.RequiredWhole("context_length", 1);
        var pad = TokenId(model, "pad_token_id", vocabulary);
        return new GenAiConfig
        {
            ModelType = type,
            VocabularySize = vocabulary,
            ContextLength = context,
            BosTokenId = TokenId(model, "bos_token_id", vocabulary),
            EosTokenIds = ReadEos(folder, model, vocabulary, pad),
            PadTokenId = pad,
            Decoder = ReadDecoder(decoder),
            Search = ReadSearch(file, root.Section("search"), context),
            Providers = ReadProviders(decoder),
        };
    }

    /// <summary>The ids that end an answer: GenAI's file, else the publisher's own two, else padding, as GenAI itself does.</summary>
    private static IReadOnlyList<int> ReadEos(string folder, JsonSection model, int vocabulary, int? pad)
    {
        const string Key = "eos_token_id";
        if (model.WholeOrList(Key, 0, vocabulary - 1) is { } ids)
        {
            return ids;
        }

        foreach (var name in new[] { "generation_config.json", ModelConfigFile.FileName })
        {
            var file = new FolderFile(folder, name);
            if (file.Exists)
            {
                using var document = JsonFile.Parse(file);
                if (JsonSection.Root(file, document).WholeOrList(Key, 0, vocabulary - 1) is { } fallback)
                {
                    return fallback;
                }
            }
        }

        return pad is { } id ? [id] : throw model.Missing(Key);
    }

    /// <summary>Some publishers write −1 for "none".</summary>
    private static int? TokenId(JsonSection model, string key, int vocabulary) =>
        model.Whole(key, -1, vocabulary - 1) is { } id and >= 0 ? id : null;

    private static DecoderConfig ReadDecoder(JsonSection decoder)
    {
        var heads = decoder.RequiredWhole("num_attention_heads", 1, MaxHeads);
        var keyValueHeads = decoder.RequiredWhole("num_key_value_heads", 1, MaxHeads);
        var headSize = decoder.RequiredWhole("head_size", 1, MaxHeadSize);
        if (heads % keyValueHeads != 0)
        {
            throw decoder.Wrong("num_key_value_heads", $"{keyValueHeads}", $"it must divide {decoder.PathOf("num_attention_heads")}, which is {heads}");
        }

        var config = new DecoderConfig
        {
            Filename = ReadFilename(decoder),
            HeadSize = headSize,
            HiddenSize = decoder.Whole("hidden_size", 1) ?? (int)Math.Min((long)heads * headSize, int.MaxValue),
            AttentionHeads = heads,
            KeyValueHeads = keyValueHeads,
            Layers = decoder.RequiredWhole("num_hidden_layers", 1, MaxLayers),
            SlidingWindow = ReadSlidingWindow(decoder.Section("sliding_window")),
        };
        return ReadNames(config, decoder.Section("inputs"), decoder.Section("outputs"));
    }

    private static DecoderConfig ReadNames(DecoderConfig config, JsonSection? inputs, JsonSection? outputs) => config with
    {
        InputIds = Name(inputs, "input_ids", config.InputIds),
        AttentionMask = Name(inputs, "attention_mask", config.AttentionMask),
        PositionIds = Name(inputs, "position_ids", config.PositionIds),
        PastKeyNames = Pattern(inputs, "past_key_names", config.PastKeyNames),
        PastValueNames = Pattern(inputs, "past_value_names", config.PastValueNames),
        Logits = Name(outputs, "logits", config.Logits),
        PresentKeyNames = Pattern(outputs, "present_key_names", config.PresentKeyNames),
        PresentValueNames = Pattern(outputs, "present_value_names", config.PresentValueNames),
    };

    private static string Name(JsonSection? section, string key, string standard) => section?.Text(key) is { Length: > 0 } name ? name : standard;

    private static string Pattern(JsonSection? section, string key, string standard)
    {
        var name = Name(section, key, standard);
        return name.Contains(DecoderConfig.LayerPlaceholder, StringComparison.Ordinal)
            ? name
            : throw section!.Wrong(key, $"\"{name}\"", $"it must hold {DecoderConfig.LayerPlaceholder} where the layer's number goes");
    }

    private static string ReadFilename(JsonSection decoder)
    {
        const string Key = "filename";
        var name = decoder.RequiredText(Key);
        return name.Split('/', '\\').All(FolderFile.IsPlainName)
            ? name
            : throw decoder.Wrong(Key, $"\"{name}\"", "it must name a file inside the model folder");
    }

    private static int? ReadSlidingWindow(JsonSection? window)
    {
        const string Slides = "slide_key_value_cache";
        if (window is null)
        {
            return null;
        }

        // Absent means true in GenAI: the runtime then feeds the prompt in windows, for graphs of fixed shape (NPUs).
        return window.Flag(Slides) ?? true
            ? throw window.Wrong(Slides, "true", "graphs whose cache the runtime must slide are not supported, only those that apply the window themselves")
            : window.Whole("window_size", 1);
    }

    private static SearchDefaults ReadSearch(FolderFile file, JsonSection? search, int context)
    {
        if (search is null)
        {
            return new SearchDefaults { MaxLength = context };
        }

        foreach (var key in new[] { "num_beams", "num_return_sequences" })
        {
            if (search.Whole(key, 1) is { } count and > 1)
            {
                throw file.Refuse($"{search.PathOf(key)} is {count}; beam search is not supported", $"Set {search.PathOf(key)} to 1.");
            }
        }

        var standard = new SearchDefaults { MaxLength = context };
        return new SearchDefaults
        {
            DoSample = search.Flag("do_sample") ?? standard.DoSample,
            Temperature = search.Number("temperature", 0, float.MaxValue) ?? standard.Temperature,
            TopK = search.Whole("top_k", 0) ?? standard.TopK,
            TopP = search.Number("top_p", 0, 1) ?? standard.TopP,
            MinLength = search.Whole("min_length", 0) ?? standard.MinLength,
            MaxLength = search.Whole("max_length", 0) is { } length and > 0 ? Math.Min(length, context) : context,
            RepetitionPenalty = search.Number("repetition_penalty", float.Epsilon, float.MaxValue) ?? standard.RepetitionPenalty,
            NoRepeatNgramSize = search.Whole("no_repeat_ngram_size", 0) ?? standard.NoRepeatNgramSize,
            PastPresentShareBuffer = search.Flag("past_present_share_buffer") ?? standard.PastPresentShareBuffer,
        };
    }

    private static IReadOnlyList<string> ReadProviders(JsonSection decoder) =>
        decoder.Section("session_options") is { } options
            ? [.. options.Sections("provider_options").SelectMany(provider => provider.Keys()).Distinct()]
            : [];
}
