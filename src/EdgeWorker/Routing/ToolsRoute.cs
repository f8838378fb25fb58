namespace Hybrid.EdgeWorker.Routing;

/// <summary>What happens to a prompt with tools for a local model that the caller named.</summary>
internal enum ToolsRoute
{
    /// <summary>It is not accepted: whoever names a local model wants the prompt to stay here.</summary>
    Refuse,

    /// <summary>It goes to the cloud, if anything may.</summary>
    Cloud,

    /// <summary>
    /// The model answers without tools that are only offered, as chat programs offer theirs with every prompt; those for <c>hybrid</c> may then stay
    /// here too. A prompt that insists on a call, or that follows one, is treated as by <see cref="Refuse"/>.
    /// </summary>
    Ignore,
}
