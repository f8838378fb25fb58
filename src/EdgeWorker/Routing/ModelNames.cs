namespace Hybrid.EdgeWorker.Routing;

/// <summary>Model names a caller may use beside the local models' own.</summary>
internal static class ModelNames
{
    /// <summary>The router decides.</summary>
    public const string Hybrid = "hybrid";

    /// <summary>The large model behind the queue.</summary>
    public const string Cloud = "cloud";
}
