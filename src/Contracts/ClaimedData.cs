namespace Hybrid.Contracts;

/// <summary>What stays in the event when its data lies in a blob: enough to report an outcome without the blob.</summary>
/// <param name="PromptId">The prompt.</param>
/// <param name="DeviceId">The device that accepted it.</param>
/// <param name="JournalEpoch">The device's journal; another value means another installation under the same device id.</param>
/// <param name="Deadline">When the prompt expires, UTC; null where the event has none.</param>
public sealed record ClaimedData(Guid PromptId, string DeviceId, Guid JournalEpoch, DateTimeOffset? Deadline = null);
