namespace Hybrid.ModelWriter;

/// <summary>The shape of a decoder-only model: sizes, structure and storage of the graph to write.</summary>
/// <remarks>
/// Equality compares lists inside <see cref="LongRope"/> by reference. <see cref="ModelFolderWriter"/> checks every value.
/// </remarks>
public sealed record ModelShape
{
    /// <value>The width of the residual stream.</value>
    public required int HiddenSize { get; init; }

    /// <value>The number of decoder layers.</value>
    public required int Layers { get; init; }

    /// <value>The number of query heads; a multiple of <see cref="KeyValueHeads"/>.</value>
    public required int Heads { get; init; }

    /// <value>The number of key and value heads.</value>
    public required int KeyValueHeads { get; init; }

    /// <value>The width of one head.</value>
    public required int HeadSize { get; init; }

    /// <value>The inner width of the gated feed-forward block.</value>
    public required int FeedForwardSize { get; init; }

    /// <value>The number of rows of the embedding and of logits; at least the tokenizer's number of tokens.</value>
    public required int VocabularySize { get; init; }

    /// <value>The longest sequence, in tokens; the length of the rotary tables.</value>
    public required int ContextLength { get; init; }

    /// <value>Whether the head multiplies by the embedding instead of by weights of its own; default false.</value>
    public bool TiedEmbeddings { get; init; }

    /// <value>Whether query, key and value come out of one matrix; default true.</value>
    public bool PackedQkv { get; init; } = true;

    /// <value>Whether gate and up projection come out of one matrix, gate first; default true.</value>
    public bool PackedGateUp { get; init; } = true;

    /// <value>The base of the rotary frequencies; default 10,000.</value>
    public double RopeTheta { get; init; } = 10_000;

    /// <value>The part of each head that is rotated, in (0, 1]; default 1.</value>
    public double PartialRotaryFactor { get; init; } = 1.0;

    /// <value>Two sets of rotary frequencies, or null (the default) for one.</value>
    public LongRope? LongRope { get; init; }

    /// <value>The epsilon of the root-mean-square norms; default 1e-5.</value>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <value>Whether queries and keys pass a norm per head before rotation (as in Qwen3); default false.</value>
    public bool QkNorm { get; init; }

    /// <value>Whether the query, key and value projections have a bias (as in Qwen2.5); default false.</value>
    public bool QkvBias { get; init; }

    /// <value>How many tokens a token sees, itself included, or null (the default) for all before it.</value>
    public int? SlidingWindow { get; init; }

    /// <value>How matrices are stored; default single precision.</value>
    public WeightFormat Weights { get; init; } = WeightFormat.Float32;

    /// <value>The inputs per 4-bit block, a power of two from 16; default 32.</value>
    public int Int4BlockSize { get; init; } = 32;

    /// <value>
    /// The accuracy_level of <c>MatMulNBits</c>: 4 (the default) multiplies in 8-bit integers, 0 and 1 in single precision.
    /// </value>
    public int Int4AccuracyLevel { get; init; } = 4;

    /// <value>The element type of cached keys and values; default single precision.</value>
    public ElementType KeyValueType { get; init; } = ElementType.Float32;

    /// <value>The element type of the logits; default single precision.</value>
    public ElementType LogitsType { get; init; } = ElementType.Float32;

    /// <value>
    /// Whether the graph takes positions as an input and rotates in nodes of its own instead of inside the attention node; default
    /// false.
    /// </value>
    public bool AttentionInputsIncludePositionIds { get; init; }

    /// <value>Whether the graph gives logits for the last position only, [batch, 1, vocabulary]; default false.</value>
    public bool PrunedLogits { get; init; }

    /// <value>The names of the graph's inputs and outputs.</value>
    public IoNames IoNames { get; init; } = new();

    /// <value>The rotated width of a head.</value>
    public int RotaryWidth => (int)(HeadSize * PartialRotaryFactor);

    /// <value>The width of all query heads together.</value>
    public int QueryWidth => Heads * HeadSize;

    /// <value>The width of all key (or value) heads together.</value>
    public int KeyValueWidth => KeyValueHeads * HeadSize;

    /// <value>A model of about 0.1 million parameters that fits <see cref="SideFiles.TinyByteLevel"/>, for tests.</value>
    public static ModelShape Tiny { get; } = new()
    {
        HiddenSize = 64,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 16,
        FeedForwardSize = 128,
        VocabularySize = TinyTokenizer.VocabularySize,
        ContextLength = 512,
    };
}
