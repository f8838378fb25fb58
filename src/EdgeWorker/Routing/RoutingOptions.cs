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

    /// <summary>
    /// What happens to a prompt with tools for a local model that the caller named; a prompt for <c>hybrid</c> goes to the cloud, but for
    /// <see cref="ToolsRoute.Ignore"/>.
    /// </summary>
    public ToolsRoute Tools { get; set; } = ToolsRoute.Refuse;

    /// <summary>Whether the chores of chat programs are told from other prompts.</summary>
    public bool RecognizeChores { get; set; } = true;

    /// <summary>Patterns of further chores by their names, regular expressions on the beginning of a conversation's last message.</summary>
    public Dictionary<string, string> Chores { get; } = [];
}
