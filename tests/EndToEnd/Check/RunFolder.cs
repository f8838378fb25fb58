namespace Hybrid.EndToEnd.Check;

/// <summary>The files of one run, which the checker reads: journals anywhere below, the rest at fixed names. Only the journals are a must.</summary>
internal static class RunFolder
{
    /// <summary>A device's journal, in its data folder.</summary>
    public const string Journal = "journal.db";

    /// <summary>Queues and blobs as they were in the end: a <see cref="StorageSnapshot"/>.</summary>
    public const string Storage = "storage.json";

    /// <summary>What the large model was asked, one <see cref="ModelCall"/> a line.</summary>
    public const string Calls = "calls.jsonl";

    /// <summary>What callers did and were told, one <see cref="CallerNote"/> a line.</summary>
    public const string Callers = "callers.jsonl";

    /// <summary>What the run may show beyond the plain promise: an <see cref="Allowance"/>.</summary>
    public const string Allowed = "allowed.json";
}
