namespace Hybrid.EdgeWorker.Hosting;

/// <summary>What a device is started for.</summary>
internal enum HostPurpose
{
    /// <summary>To run until it is stopped.</summary>
    Serve,

    /// <summary>To answer the prompts of one command.</summary>
    Command,

    /// <summary>To look into the journal: no model is loaded, nothing is worked on, sent or received.</summary>
    Look,
}
