namespace Hybrid.Inference.Decoding;

/// <summary>What a decode engine may use.</summary>
/// <param name="KvBudgetBytes">Keys and values of all sequences and the prefix pool together, in bytes.</param>
/// <param name="PrefixPoolBytes">Of that, the most the prefix pool may keep, in bytes; 0 switches prefix reuse off.</param>
/// <param name="MaxBatch">Sequences that decode together; the rest wait.</param>
/// <param name="MaxQueued">Sequences that may wait; one more is refused.</param>
/// <param name="PrefillChunkTokens">Prompt tokens per run while nothing else decodes.</param>
/// <param name="SharedPrefillChunkTokens">Prompt tokens per run while others decode: what a newcomer may delay each of their tokens by.</param>
/// <param name="DefaultMaxOutputTokens">Answer tokens where the caller names no limit.</param>
internal sealed record EngineOptions(
    long KvBudgetBytes,
    long PrefixPoolBytes,
    int MaxBatch,
    int MaxQueued,
    int PrefillChunkTokens,
    int SharedPrefillChunkTokens,
    int DefaultMaxOutputTokens);
