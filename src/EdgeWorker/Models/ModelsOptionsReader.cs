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

    /// <summary>Which folders are not there, one line each: what is wrong with what lies in one, loading it says.</summary>
    /// <param name="options">The options.</param>
    /// <param name="chats">Whether a model that chats is wanted.</param>
    /// <param name="embeds">Whether the embedding model is, where one is named.</param>
    public static IReadOnlyList<string> Missing(ModelsOptions options, bool chats, bool embeds) =>
    [
        .. from folder in new (bool Wanted, string Key, string? Value)[]
           {
               (chats, nameof(ModelsOptions.Path), options.Path), (embeds, nameof(ModelsOptions.EmbeddingPath), options.EmbeddingPath),
           }
           where folder.Wanted && !string.IsNullOrWhiteSpace(folder.Value) && !Directory.Exists(Full(folder.Value))
           select $"{ModelsOptions.SectionName}:{folder.Key} is '{folder.Value}', which does not exist; it must be the path of a model folder, absolute or from the "
               + $"program's own folder. Set it in appsettings.json or HYBRID__{ModelsOptions.SectionName}__{folder.Key}.",
    ];

    /// <summary>The embedding model's options as the runtime takes them; null where none is configured.</summary>
    public static LocalEmbeddingOptions? ToEmbedding(ModelsOptions options) => string.IsNullOrWhiteSpace(options.EmbeddingPath) ? null : new()
    {
        Path = Full(options.EmbeddingPath),
        Threads = options.Threads,
    };

    /// <summary>The options as the runtime takes them; a relative path counts from the program's own folder.</summary>
    public static LocalModelOptions ToLocal(ModelsOptions options) => new()
    {
        Path = Full(options.Path),
        ChatFormat = string.IsNullOrEmpty(options.ChatFormat) ? null : options.ChatFormat,
        Threads = options.Threads,
        Spinning = options.Spinning,
        KvBudgetBytes = options.KvBudgetBytes,
        MaxBatch = options.MaxBatch,
        MaxQueued = options.MaxQueued,
    };

    private static string Full(string path) => Path.GetFullPath(path, AppContext.BaseDirectory);
}
