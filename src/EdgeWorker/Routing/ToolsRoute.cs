namespace Hybrid.EdgeWorker.Routing;

/// <summary>What happens to a prompt with tools for a local model that the caller named.</summary>
internal enum ToolsRoute
{
    /// <summary>It is not accepted: whoever names a local model wants the prompt to stay here.</summary>
    Refuse,

    /// <summary>It goes to the cloud, if anything may.</summary>
    Cloud,
}
