namespace Hybrid.Azurite;

/// <summary>How to start the emulator.</summary>
/// <param name="Location">The data folder; created if missing.</param>
public sealed record AzuriteOptions(string Location)
{
    /// <summary>The port of the blobs on the loopback address; 0 for a free one.</summary>
    public int BlobPort { get; init; }

    /// <summary>The port of the queues on the loopback address; 0 for a free one.</summary>
    public int QueuePort { get; init; }

    /// <summary>
    /// The port of the tables on the loopback address; 0 for a free one. Nothing of ours uses tables; Azurite always serves them.
    /// </summary>
    public int TablePort { get; init; }

    /// <summary>Serves clients newer than the emulator too. Our own adapters do without; the Functions host does not.</summary>
    public bool SkipApiVersionCheck { get; init; }

    /// <summary>
    /// Storage accounts beside the usual one, of letters and digits: pipelines that share an emulator and must not see each other's queues.
    /// </summary>
    public IReadOnlyList<string> MoreAccounts { get; init; } = [];

    /// <summary>Takes what the emulator prints and the progress of its installation, line by line, on any thread.</summary>
    public Action<string>? Log { get; init; }

    /// <summary>The Node.js program.</summary>
    public string Node { get; init; } = "node";

    /// <summary>The npm program, which installs the emulator on first use.</summary>
    public string Npm { get; init; } = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
}
