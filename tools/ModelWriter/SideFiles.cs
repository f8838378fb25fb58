namespace Hybrid.ModelWriter;

/// <summary>What a model folder holds besides the graph: tokenizer, chat template, special tokens, search defaults.</summary>
public sealed record SideFiles
{
    /// <value>The kind of model that <c>genai_config.json</c> and <c>config.json</c> name; default <c>phi3</c>.</value>
    public string ModelType { get; init; } = "phi3";

    /// <value>The content of <c>tokenizer.json</c>, in the format of the HuggingFace tokenizers library.</value>
    public required string TokenizerJson { get; init; }

    /// <value>The Jinja template that turns messages into a prompt.</value>
    public required string ChatTemplate { get; init; }

    /// <value>The token that begins a text, or null (the default) for none.</value>
    public int? BosTokenId { get; init; }

    /// <value>The tokens that end a generation; the first is the tokenizer's <c>eos_token</c>.</value>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <value>The token that fills batches.</value>
    public required int PadTokenId { get; init; }

    /// <value>The search section of <c>genai_config.json</c>.</value>
    public SearchDefaults Search { get; init; } = new();

    /// <summary>
    /// Makes side files around a byte-level BPE tokenizer of 320 tokens: 256 byte symbols (digits stay single), 59 merges, and the
    /// special tokens of Phi-4-mini, whose chat format it uses.
    /// </summary>
    /// <returns>Side files for <see cref="ModelShape.Tiny"/> or any shape with a vocabulary of at least 320.</returns>
    public static SideFiles TinyByteLevel() => new()
    {
        TokenizerJson = TinyTokenizer.ToJson(),
        ChatTemplate = TinyTokenizer.ChatTemplate,
        BosTokenId = TinyTokenizer.EndOfText,
        EosTokenIds = [TinyTokenizer.EndOfText, TinyTokenizer.End],
        PadTokenId = TinyTokenizer.EndOfText,
    };
}
