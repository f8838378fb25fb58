namespace Hybrid.ModelWriter;

/// <summary>
/// The names under which a <see cref="WeightSource"/> is asked for weights: those of HuggingFace checkpoints. Matrices are
/// [outputs, inputs], as PyTorch stores them.
/// </summary>
/// <remarks>
/// The shape decides which are asked for: with <see cref="ModelShape.PackedQkv"/> the rows of <see cref="Qkv"/> are all queries,
/// then all keys, then all values, head by head; with <see cref="ModelShape.PackedGateUp"/> the rows of <see cref="GateUp"/> are
/// the gate's, then the up projection's.
/// </remarks>
public static class WeightNames
{
    /// <summary>The embedding, [vocabulary, hidden].</summary>
    public const string Embedding = "model.embed_tokens.weight";

    /// <summary>The head, [vocabulary, hidden]; not asked for with <see cref="ModelShape.TiedEmbeddings"/>.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>The norm before the head, [hidden].</summary>
    public const string FinalNorm = "model.norm.weight";

    /// <summary>The norm before attention, [hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string AttentionNorm(int layer) => $"model.layers.{layer}.input_layernorm.weight";

    /// <summary>The packed query, key and value projection, [query + 2 key-value, hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string Qkv(int layer) => $"model.layers.{layer}.self_attn.qkv_proj.weight";

    /// <summary>The query projection, [query, hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string Query(int layer) => $"model.layers.{layer}.self_attn.q_proj.weight";

    /// <summary>The key projection, [key-value, hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string Key(int layer) => $"model.layers.{layer}.self_attn.k_proj.weight";

    /// <summary>The value projection, [key-value, hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string Value(int layer) => $"model.layers.{layer}.self_attn.v_proj.weight";

    /// <summary>The bias that belongs to a projection's weight, [outputs].</summary>
    /// <param name="weight">The name of the weight.</param>
    /// <returns>The name of the bias.</returns>
    public static string BiasOf(string weight)
    {
        ArgumentNullException.ThrowIfNull(weight);

        return string.Concat(weight.AsSpan(0, weight.Length - "weight".Length), "bias");
    }

    /// <summary>The norm of each query head, [head].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string QueryNorm(int layer) => $"model.layers.{layer}.self_attn.q_norm.weight";

    /// <summary>The norm of each key head, [head].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string KeyNorm(int layer) => $"model.layers.{layer}.self_attn.k_norm.weight";

    /// <summary>The projection out of attention, [hidden, query].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string AttentionOutput(int layer) => $"model.layers.{layer}.self_attn.o_proj.weight";

    /// <summary>The norm before the feed-forward block, [hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string FeedForwardNorm(int layer) => $"model.layers.{layer}.post_attention_layernorm.weight";

    /// <summary>The packed gate and up projection, [2 feed-forward, hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string GateUp(int layer) => $"model.layers.{layer}.mlp.gate_up_proj.weight";

    /// <summary>The gate projection, [feed-forward, hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string Gate(int layer) => $"model.layers.{layer}.mlp.gate_proj.weight";

    /// <summary>The up projection, [feed-forward, hidden].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string Up(int layer) => $"model.layers.{layer}.mlp.up_proj.weight";

    /// <summary>The projection out of the feed-forward block, [hidden, feed-forward].</summary>
    /// <param name="layer">The layer, counted from zero.</param>
    /// <returns>The name.</returns>
    public static string Down(int layer) => $"model.layers.{layer}.mlp.down_proj.weight";
}
