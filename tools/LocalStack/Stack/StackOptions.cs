namespace Hybrid.LocalStack.Stack;

/// <summary>What to bring up.</summary>
internal sealed record StackOptions
{
    public const int DefaultEdgePort = 8000;
    public const int DefaultCloudPort = 7071;

    /// <summary>Where <c>UseDevelopmentStorage=true</c> looks for the blobs; queues and tables follow.</summary>
    public const int DefaultAzuritePort = 10000;

    /// <summary>The folder of this run's state.</summary>
    public required string Folder { get; init; }

    /// <summary>The device's port; 0 for a free one.</summary>
    public int EdgePort { get; init; }

    /// <summary>The cloud's port; 0 for a free one.</summary>
    public int CloudPort { get; init; }

    /// <summary>The first of the emulator's three ports; 0 for free ones.</summary>
    public int AzuritePort { get; init; }

    /// <summary>The device's mode; null leaves it to its settings.</summary>
    public string? Mode { get; init; }

    /// <summary>Whether Azure Functions Core Tools run the cloud's program, not its own standalone pump.</summary>
    public bool Func { get; init; }
}
