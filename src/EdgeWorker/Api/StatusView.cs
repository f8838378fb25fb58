using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api;

/// <summary>What the device is doing.</summary>
/// <param name="DeviceId">Who it is.</param>
/// <param name="JournalEpoch">Its journal.</param>
/// <param name="Version">The program's version.</param>
/// <param name="Mode">The configured mode.</param>
/// <param name="Cloud">Whether the queue can be reached.</param>
/// <param name="Prompts">How many prompts are in each state.</param>
/// <param name="Outbox">What waits to be sent.</param>
/// <param name="Counters">Late, duplicate, parked and poisoned answers, events never sent and results dropped, prompts pruned, over the
/// journal's life.</param>
/// <param name="LateCosts">What late answers cost.</param>
/// <param name="Journal">How full the journal is.</param>
/// <param name="LocalModel">The loaded model, if any.</param>
internal sealed record StatusView(
    string DeviceId,
    Guid JournalEpoch,
    string Version,
    string Mode,
    CloudView Cloud,
    IReadOnlyDictionary<string, long> Prompts,
    IReadOnlyList<OutboxView> Outbox,
    IReadOnlyDictionary<string, long> Counters,
    IReadOnlyList<Cost> LateCosts,
    JournalView Journal,
    string? LocalModel = null);
