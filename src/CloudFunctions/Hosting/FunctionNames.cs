namespace Hybrid.CloudFunctions.Hosting;

/// <summary>
/// The functions' names, which the folders under <c>Functions/</c> and the attributes of the isolated worker repeat. Of the two sets one
/// is active: what the <c>Messaging</c> section names as transport, and <see cref="TriggerCheck"/> holds against the host's settings.
/// </summary>
internal static class FunctionNames
{
    public const string Escalation = "Escalation";

    public const string EscalationPoison = "EscalationPoison";

    public const string Result = "Result";

    public const string EscalationServiceBus = "EscalationServiceBus";

    public const string EscalationDeadLetter = "EscalationDeadLetter";

    public const string ResultServiceBus = "ResultServiceBus";

    /// <summary>Those that read Storage queues.</summary>
    public static IReadOnlyList<string> Storage { get; } = [Escalation, EscalationPoison, Result];

    /// <summary>Those that read Service Bus.</summary>
    public static IReadOnlyList<string> ServiceBus { get; } = [EscalationServiceBus, EscalationDeadLetter, ResultServiceBus];
}
