using Hybrid.Inference.Decoding;

namespace Hybrid.EdgeWorker.Models;

/// <summary>The device's local model.</summary>
internal sealed class ModelsOptions
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string SectionName = "Models";

    /// <summary>What runs the model.</summary>
    public ModelBackend Backend { get; set; } = ModelBackend.OnnxRuntime;

    /// <summary>A folder in the onnxruntime-genai layout; relative to the program's own folder.</summary>
    public string Path { get; set; } = "models/starter/small";

    /// <summary>A folder of an embedding model as sentence-transformers publishes them; empty (the default) for none. Relative to the program's own folder.</summary>
    public string? EmbeddingPath { get; set; }

    /// <summary>The chat format's name where the folder's template is missing or unknown; empty to recognise it.</summary>
    public string? ChatFormat { get; set; }

    /// <summary>Threads for the model; unset takes the processors this process may use.</summary>
    public int? Threads { get; set; }

    /// <summary>Whether idle worker threads spin.</summary>
    public SpinningMode Spinning { get; set; } = SpinningMode.Auto;

    /// <summary>Memory for keys and values in bytes; unset takes a quarter of what this process may use.</summary>
    public long? KvBudgetBytes { get; set; }

    /// <summary>Answers that are written at the same time; more wait. Memory is taken only for those that are.</summary>
    public int MaxBatch { get; set; } = 8;

    /// <summary>Prompts that may wait for a place; one more is refused.</summary>
    public int MaxQueued { get; set; } = 64;
}
