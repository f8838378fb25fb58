using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Tests;

/// <summary>Events as devices send them. Every prompt holds <see cref="Secret"/>, which must turn up nowhere but in prompts.</summary>
internal static class Samples
{
    public const string Secret = "SECRET";
    public static readonly Guid Epoch = Guid.Parse("c0ffee00-0000-4000-8000-000000000001");

    /// <summary>A device that no other test uses.</summary>
    public static string NewDevice() => $"d{Guid.NewGuid().ToString("n")[..12]}";

    public static EscalationData Escalation(
        string device, TimeSpan? untilDeadline = null, PromptOptions? options = null, string? text = null) => new(
        Guid.CreateVersion7(),
        device,
        Epoch,
        TimeProvider.System.GetUtcNow() + (untilDeadline ?? TimeSpan.FromMinutes(10)),
        [new PromptMessage(MessageRole.System, "Be brief."), new PromptMessage(MessageRole.User, text ?? $"What is the {Secret}?")],
        ReasonCode.Unsure,
        options);

    public static HybridEvent<EscalationData> EventOf(EscalationData data, string? source = null) => EventFormat.Create(
        $"e-{data.PromptId:N}", source ?? EventFormat.DeviceSource(data.DeviceId), EventTypes.Escalation, data.PromptId,
        TimeProvider.System.GetUtcNow(), data, "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");

    public static byte[] Bytes(EscalationData data, string? source = null) => EventFormat.Write(EventOf(data, source));
}
