using Hybrid.EdgeWorker.Settings;
using Hybrid.Inference;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Embeddings;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Models;

/// <summary>Reads and checks the <c>Models</c> section.</summary>
internal static class ModelsOptionsReader
{
    /// <summary>The options; what is wrong is added to the failures, and the options are then not to be used.</summary>
    public static ModelsOptions Read(IConfiguration configuration, ICollection<string> failures)
    {
        var before = failures.Count;
        new SectionReader(configuration, ModelsOptions.SectionName, failures)
            .Number(nameof(ModelsOptions.Threads), 1, 1024)
            .Number(nameof(ModelsOptions.KvBudgetBytes), 1L, long.MaxValue)
            .Number(nameof(ModelsOptions.MaxBatch), 1, LocalModelOptions.MostBatch)
            .Number(nameof(ModelsOptions.MaxQueued), 1, 65536)
            .Name<SpinningMode>(nameof(ModelsOptions.Spinning))
            .Name<ModelBackend>(nameof(ModelsOptions.Backend))
            .Text(
                nameof(ModelsOptions.Backend),
                name => OnnxGenAIPart.IsBuilt || !string.Equals(name, nameof(ModelBackend.OnnxGenAI), StringComparison.OrdinalIgnoreCase),
                $"{nameof(ModelBackend.OnnxRuntime)}, since this build has no Microsoft.ML.OnnxRuntimeGenAI (a build with -p:PackageSet=Full has it)")
            .Text(nameof(ModelsOptions.Path), path => !string.IsNullOrWhiteSpace(path), "the path of a model folder");
        return (failures.Count == before ? configuration.GetSection(ModelsOptions.SectionName).Get<ModelsOptions>() : null) ?? new ModelsOptions();
    }

    /// <summary>The embedding model's options as the runtime takes them; null where none is configured.</summary>
    public static LocalEmbeddingOptions? ToEmbedding(ModelsOptions options) => string.IsNullOrWhiteSpace(options.EmbeddingPath) ? null : new()
    {
        Path = Path.GetFullPath(options.EmbeddingPath, AppContext.BaseDirectory),
        Threads = options.Threads,
    };

    /// <summary>The options as the runtime takes them; a relative path counts from the program's own folder.</summary>
    public static LocalModelOptions ToLocal(ModelsOptions options) => new()
    {
        Path = Path.GetFullPath(options.Path, AppContext.BaseDirectory),
        ChatFormat = string.IsNullOrEmpty(options.ChatFormat) ? null : options.ChatFormat,
        Threads = options.Threads,
        Spinning = options.Spinning,
        KvBudgetBytes = options.KvBudgetBytes,
        MaxBatch = options.MaxBatch,
        MaxQueued = options.MaxQueued,
    };
}
