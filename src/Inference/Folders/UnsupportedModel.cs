using System.Collections.Frozen;

namespace Hybrid.Inference.Folders;

/// <summary>Knows the kinds of model that GenAI runs and Hybrid does not, and refuses each by its own name.</summary>
internal static class UnsupportedModel
{
    private const string TakeTextModel = "Use the folder of a decoder-only text model, such as Phi-3.5-mini, Phi-4-mini, Qwen2.5 or Llama-3.2.";
    private const string Multimodal = "a vision or multimodal model";
    private const string EncoderDecoder = "an encoder-decoder model";
    private const string Speech = "a speech model";
    private const string Recurrent = "a model with recurrent or convolutional state beside its key-value cache";

    // From GenAI's model_type.h, plus encoder-decoders it has run.
    private static readonly FrozenDictionary<string, string> ByType = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["fara"] = Multimodal,
        ["gemma3"] = Multimodal,
        ["gemma4"] = Multimodal,
        ["mistral3"] = Multimodal,
        ["phi3v"] = Multimodal,
        ["phi4mm"] = Multimodal,
        ["qwen2_5_vl"] = Multimodal,
        ["qwen3_vl"] = Multimodal,
        ["qwen3_5"] = Multimodal,
        ["qwen3_5_moe"] = Multimodal,
        ["videochat_flash_qwen"] = Multimodal,
        ["whisper"] = EncoderDecoder,
        ["marian"] = EncoderDecoder,
        ["marian-ssru"] = EncoderDecoder,
        ["t5"] = EncoderDecoder,
        ["bart"] = EncoderDecoder,
        ["nemotron_speech"] = Speech,
        ["parakeet_tdt"] = Speech,
        ["decoder-pipeline"] = "a model split into a pipeline of graphs",
        ["lfm2"] = Recurrent,
        ["granitemoehybrid"] = Recurrent,
        ["qwen3_5_text"] = Recurrent,
        ["qwen3_5_moe_text"] = Recurrent,
        ["gpt2"] = "a GPT-2 model, which keeps keys and values in one tensor",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly (string Key, string Kind)[] Sections =
    [
        ("encoder", EncoderDecoder),
        ("vision", Multimodal),
        ("speech", Multimodal),
        ("embedding", Multimodal),
        ("joiner", Speech),
    ];

    /// <summary>Refuses by the architecture's name and by the sections that only such models have.</summary>
    public static void Refuse(FolderFile file, string modelType, JsonSection model, JsonSection decoder)
    {
        if (ByType.TryGetValue(modelType, out var kind))
        {
            throw file.Refuse($"{model.PathOf("type")} is \"{modelType}\": this is {kind}", TakeTextModel);
        }

        foreach (var (key, sectionKind) in Sections)
        {
            if (model.Section(key) is { IsEmpty: false })
            {
                throw file.Refuse($"has a {model.PathOf(key)} section: this is {sectionKind}", TakeTextModel);
            }
        }

        if (decoder.Sections("pipeline").Any())
        {
            throw file.Refuse($"has {decoder.PathOf("pipeline")}: the model is split into a pipeline of graphs", "Use a folder with one decoder graph.");
        }

        RefuseInputs(file, decoder);
    }

    private static void RefuseInputs(FolderFile file, JsonSection decoder)
    {
        if (decoder.Section("inputs") is { } inputs)
        {
            RefuseInput(file, inputs, "past_names", "keys and values come in one tensor");
            RefuseInput(file, inputs, "past_conv_names", Recurrent);
            RefuseInput(file, inputs, "block_table", "the graph wants a paged key-value cache");
            RefuseInput(file, inputs, "cross_past_key_names", EncoderDecoder);
            RefuseInput(file, inputs, "encoder_hidden_states", EncoderDecoder);
            if (inputs.Find("input_ids") is null)
            {
                RefuseInput(file, inputs, "inputs_embeds", "the graph takes embeddings, not tokens");
            }
        }
    }

    private static void RefuseInput(FolderFile file, JsonSection inputs, string key, string kind)
    {
        if (inputs.Text(key) is { Length: > 0 })
        {
            throw file.Refuse($"has {inputs.PathOf(key)}: {kind}", TakeTextModel);
        }
    }
}
