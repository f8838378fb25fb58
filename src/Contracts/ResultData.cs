using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>A final outcome as the device recorded it (<see cref="EventTypes.Result"/>).</summary>
/// <param name="PromptId">The prompt.</param>
/// <param name="DeviceId">The device that accepted it.</param>
/// <param name="JournalEpoch">The device's journal.</param>
/// <param name="State">The final state: answered, failed or expired.</param>
/// <param name="Route">Who answered; null if nobody did, and written also then, since readers demand it.</param>
/// <param name="Reason">Why this route, or why it failed.</param>
/// <param name="LatencyMs">Milliseconds from acceptance to the outcome.</param>
/// <param name="Model">The model that answered.</param>
/// <param name="Usage">Tokens read and written.</param>
/// <param name="Cost">What it cost; null where no price is known.</param>
/// <param name="Confidence">The local answer's confidence in [0, 1], if there was one.</param>
/// <param name="Text">The answer, only where the device publishes texts.</param>
public sealed record ResultData(
    Guid PromptId,
    string DeviceId,
    Guid JournalEpoch,
    PromptState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] PromptRoute? Route,
    ReasonCode Reason,
    double LatencyMs,
    string? Model = null,
    TokenUsage? Usage = null,
    Cost? Cost = null,
    double? Confidence = null,
    string? Text = null);
