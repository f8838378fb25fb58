using Hybrid.Contracts;

namespace Hybrid.Messaging.Tests;

/// <summary>Events of any size.</summary>
internal static class Samples
{
    public const string Device = "pump-7";

    /// <summary>An escalation whose one message has so many characters.</summary>
    public static HybridEvent<EscalationData> Escalation(int characters, string id = "e-1", Guid? prompt = null)
    {
        var promptId = prompt ?? Guid.CreateVersion7();
        var time = new DateTimeOffset(2026, 11, 22, 10, 30, 0, TimeSpan.Zero);
        return EventFormat.Create(
            id, EventFormat.DeviceSource(Device), EventTypes.Escalation, promptId, time,
            new EscalationData(
                promptId,
                Device,
                Guid.NewGuid(),
                time.AddMinutes(10),
                [new PromptMessage(MessageRole.User, new string('ü', characters))],
                ReasonCode.Unsure),
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    }
}
