using Hybrid.Inference;

namespace Hybrid.EdgeWorker.Models;

/// <summary>The backend <c>OnnxGenAI</c>, if this build has it. The other part of this class comes with <c>PackageSet=Full</c>.</summary>
internal static partial class OnnxGenAIPart
{
    /// <summary>Whether this build has it.</summary>
    public static bool IsBuilt
    {
        get
        {
            var built = false;
            Tell(ref built);
            return built;
        }
    }

    /// <summary>Loads a model.</summary>
    /// <exception cref="Inference.Folders.ModelFolderException">The folder is missing or damaged.</exception>
    /// <returns>Null if this build has none.</returns>
    public static ILocalBackend? Load(LocalModelOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ILocalBackend? backend = null;
        Load(options, time, cancellationToken, ref backend);
        return backend;
    }

    static partial void Tell(ref bool built);

    static partial void Load(LocalModelOptions options, TimeProvider time, CancellationToken cancellationToken, ref ILocalBackend? backend);
}
