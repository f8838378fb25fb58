namespace Hybrid.Inference.Folders;

/// <summary>What <c>genai_config.json</c> says about a decoder-only text model.</summary>
/// <remarks>Key names and defaults follow ONNX Runtime GenAI's own reader (its <c>config.h</c>). Immutable.</remarks>
public sealed record GenAiConfig
{
    /// <summary>The file's name inside a model folder.</summary>
    public const string FileName = "genai_config.json";

    /// <summary>The architecture, such as <c>phi3</c>, <c>qwen2</c> or <c>llama</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>The number of logits per position.</summary>
    public required int VocabularySize { get; init; }

    /// <summary>The most tokens that prompt and answer may have together.</summary>
    public required int ContextLength { get; init; }

    /// <summary>The token that begins a text; null where the file names none.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>The tokens that end an answer; never empty.</summary>
    public required IReadOnlyList<int> EosTokenIds { get; init; }

    /// <summary>The padding token; null where the file names none.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>The decoder graph and its shape.</summary>
    public required DecoderConfig Decoder { get; init; }

    /// <summary>How the model's publisher would sample.</summary>
    public required SearchDefaults Search { get; init; }

    /// <summary>Execution providers the folder was made for; Hybrid runs it on the CPU whatever they are.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];
}
