using System.Globalization;

namespace Hybrid.ModelWriter;

/// <summary>The names of a graph's inputs and outputs; the defaults are those of published models.</summary>
public sealed record IoNames
{
    /// <summary>Stands for the layer's number in the four patterns.</summary>
    public const string LayerPlaceholder = "%d";

    /// <value>The input with the token ids, int64 [batch, sequence].</value>
    public string InputIds { get; init; } = "input_ids";

    /// <value>The input with the attention mask, int64 [batch, total].</value>
    public string AttentionMask { get; init; } = "attention_mask";

    /// <value>The input with the positions, int64 [batch, sequence]; present only where the shape asks for it.</value>
    public string PositionIds { get; init; } = "position_ids";

    /// <value>The pattern of the inputs with the cached keys.</value>
    public string PastKey { get; init; } = "past_key_values.%d.key";

    /// <value>The pattern of the inputs with the cached values.</value>
    public string PastValue { get; init; } = "past_key_values.%d.value";

    /// <value>The output with the logits.</value>
    public string Logits { get; init; } = "logits";

    /// <value>The pattern of the outputs with the keys to cache.</value>
    public string PresentKey { get; init; } = "present.%d.key";

    /// <value>The pattern of the outputs with the values to cache.</value>
    public string PresentValue { get; init; } = "present.%d.value";

    /// <summary>Puts a layer's number into a pattern.</summary>
    /// <param name="pattern">One of the four patterns.</param>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name in the graph.</returns>
    public static string ForLayer(string pattern, int layer)
    {
        ArgumentNullException.ThrowIfNull(pattern);

        return pattern.Replace(LayerPlaceholder, layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }
}
