using Hybrid.Inference.Decoding;

namespace Hybrid.Inference;

/// <summary>Which model folder to load and what it may use.</summary>
public sealed record LocalModelOptions
{
    /// <summary>The most that <see cref="MaxBatch"/> may be.</summary>
    public const int MostBatch = 64;

    /// <summary>A folder in the onnxruntime-genai layout.</summary>
    public required string Path { get; init; }

    /// <summary>The chat format's name, for folders whose template is missing or unknown.</summary>
    /// <value>One of the names in <see cref="Chat.ChatFormat.KnownNames"/>; null (the default) recognises it from the template.</value>
    public string? ChatFormat { get; init; }

    /// <summary>Threads for one run of the model.</summary>
    /// <value>1 to 1024; null (the default) uses the processors this process may use.</value>
    public int? Threads { get; init; }

    /// <summary>Whether idle worker threads spin.</summary>
    /// <value>Default <see cref="SpinningMode.Auto"/>.</value>
    public SpinningMode Spinning { get; init; }

    /// <summary>Memory for keys and values, active and remembered together.</summary>
    /// <value>Bytes; null (the default) takes a quarter of the memory this process may use.</value>
    public long? KvBudgetBytes { get; init; }

    /// <summary>Of <see cref="KvBudgetBytes"/>, the most that may be kept to reuse the beginnings of prompts.</summary>
    /// <value>Bytes; 0 switches reuse off; null (the default) takes half the budget.</value>
    public long? PrefixPoolBytes { get; init; }

    /// <summary>Prompts that decode together; more wait.</summary>
    /// <value>1 to 64, default 8.</value>
    public int MaxBatch { get; init; } = 8;

    /// <summary>Prompts that may wait; one more is refused.</summary>
    /// <value>1 to 65536, default 64.</value>
    public int MaxQueued { get; init; } = 64;

    /// <summary>Answer tokens where a caller names no limit.</summary>
    /// <value>1 or more, default 2048; the context's end and the memory budget may lower it.</value>
    public int DefaultMaxOutputTokens { get; init; } = 2048;

    /// <summary>Prompt tokens per run while nothing else decodes.</summary>
    /// <value>1 to 8192, default 512; lowered where the graph's logits for so many tokens would exceed 64 MB.</value>
    public int PrefillChunkTokens { get; init; } = 512;

    /// <summary>Prompt tokens per run while others decode: what a newcomer may delay each of their tokens by.</summary>
    /// <value>1 to 8192, default 64.</value>
    public int SharedPrefillChunkTokens { get; init; } = 64;

    /// <summary>Refuses values outside the ranges above.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value lies outside its range; the message names it.</exception>
    public void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Path);
        Require(Threads is null or (>= 1 and <= 1024), nameof(Threads), Threads, "between 1 and 1024");
        Require(Enum.IsDefined(Spinning), nameof(Spinning), Spinning, "Auto, On or Off");
        Require(KvBudgetBytes is null or > 0, nameof(KvBudgetBytes), KvBudgetBytes, "above 0");
        Require(PrefixPoolBytes is null or >= 0, nameof(PrefixPoolBytes), PrefixPoolBytes, "0 or more");
        Require(MaxBatch is >= 1 and <= MostBatch, nameof(MaxBatch), MaxBatch, $"between 1 and {MostBatch}");
        Require(MaxQueued is >= 1 and <= 65536, nameof(MaxQueued), MaxQueued, "between 1 and 65536");
        Require(DefaultMaxOutputTokens >= 1, nameof(DefaultMaxOutputTokens), DefaultMaxOutputTokens, "1 or more");
        Require(PrefillChunkTokens is >= 1 and <= 8192, nameof(PrefillChunkTokens), PrefillChunkTokens, "between 1 and 8192");
        Require(SharedPrefillChunkTokens is >= 1 and <= 8192, nameof(SharedPrefillChunkTokens), SharedPrefillChunkTokens, "between 1 and 8192");
    }

    private static void Require(bool holds, string name, object? value, string range)
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} must be {range}.");
        }
    }
}
