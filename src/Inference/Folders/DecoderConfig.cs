using System.Globalization;

namespace Hybrid.Inference.Folders;

/// <summary>The decoder graph: its file, its shape, and the names of its inputs and outputs.</summary>
/// <remarks>A name is what the folder says or GenAI's default. Whether the graph has that input is for the session to tell.</remarks>
public sealed record DecoderConfig
{
    /// <summary>The graph's file, relative to the model folder.</summary>
    public required string Filename { get; init; }

    /// <summary>The width of one attention head.</summary>
    public required int HeadSize { get; init; }

    /// <summary>The width of the hidden state; heads × head size where the file is silent.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>The number of query heads.</summary>
    public required int AttentionHeads { get; init; }

    /// <summary>The number of key and value heads; divides <see cref="AttentionHeads"/>.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>The number of layers, each with one key and one value cache.</summary>
    public required int Layers { get; init; }

    /// <summary>The input that takes token ids.</summary>
    public string InputIds { get; init; } = "input_ids";

    /// <summary>The input that takes the attention mask.</summary>
    public string AttentionMask { get; init; } = "attention_mask";

    /// <summary>The input that takes positions; many graphs have none.</summary>
    public string PositionIds { get; init; } = "position_ids";

    /// <summary>The past keys, with <c>%d</c> for the layer.</summary>
    public string PastKeyNames { get; init; } = "past_key_values.%d.key";

    /// <summary>The past values, with <c>%d</c> for the layer.</summary>
    public string PastValueNames { get; init; } = "past_key_values.%d.value";

    /// <summary>The output that holds the logits.</summary>
    public string Logits { get; init; } = "logits";

    /// <summary>The present keys, with <c>%d</c> for the layer.</summary>
    public string PresentKeyNames { get; init; } = "present.%d.key";

    /// <summary>The present values, with <c>%d</c> for the layer.</summary>
    public string PresentValueNames { get; init; } = "present.%d.value";

    /// <summary>The attention window in tokens where the folder states one; the graph applies it by itself.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>One layer's name out of a pattern with <c>%d</c>.</summary>
    /// <param name="pattern">One of the patterns of this record.</param>
    /// <param name="layer">The layer, from 0.</param>
    public static string NameOf(string pattern, int layer)
    {
        ArgumentNullException.ThrowIfNull(pattern);
        return pattern.Replace(LayerPlaceholder, layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    internal const string LayerPlaceholder = "%d";
}
