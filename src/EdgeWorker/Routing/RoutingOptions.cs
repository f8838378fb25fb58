namespace Hybrid.EdgeWorker.Routing;

/// <summary>Which prompts stay on the device.</summary>
internal sealed class RoutingOptions
{
    public const string SectionName = "Routing";

    /// <summary>Who answers when nothing else speaks.</summary>
    public RouteMode Mode { get; set; } = RouteMode.LocalFirst;

    /// <summary>A local answer below this confidence goes to the cloud.</summary>
    /// <value>In [0, 1], compared with the geometric mean of the token probabilities. The default suits the starter model; see its card.</value>
    public double ConfidenceThreshold { get; set; } = 0.93;

    /// <summary>Tokens kept free for the answer: a prompt that leaves fewer in the local context is too long for it.</summary>
    public int AnswerReserve { get; set; } = 64;
}
