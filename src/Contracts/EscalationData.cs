namespace Hybrid.Contracts;

/// <summary>A prompt the device hands to the cloud (<see cref="EventTypes.Escalation"/>).</summary>
/// <param name="PromptId">The prompt, a version 7 GUID.</param>
/// <param name="DeviceId">The device that accepted it; see <see cref="DeviceIds"/>.</param>
/// <param name="JournalEpoch">The device's journal; comes back in the answer.</param>
/// <param name="Deadline">After this moment (UTC) no paid call is made.</param>
/// <param name="Messages">The conversation, oldest first; at least one.</param>
/// <param name="Reason">Why it was escalated.</param>
/// <param name="Options">How to generate; null for the model's defaults.</param>
/// <param name="Task">What kind of prompt the device took it for.</param>
/// <param name="Confidence">The local answer's confidence in [0, 1].</param>
/// <param name="Draft">The local answer that was not good enough.</param>
public sealed record EscalationData(
    Guid PromptId,
    string DeviceId,
    Guid JournalEpoch,
    DateTimeOffset Deadline,
    IReadOnlyList<PromptMessage> Messages,
    ReasonCode Reason,
    PromptOptions? Options = null,
    string? Task = null,
    double? Confidence = null,
    string? Draft = null);
