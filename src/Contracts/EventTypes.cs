namespace Hybrid.Contracts;

/// <summary>The types of events. A change that old readers cannot understand gets a new version and a new record, never a new meaning.</summary>
public static class EventTypes
{
    /// <summary>The version of CloudEvents whose attribute names are used (CloudEvents 1.0.2, section "Required attributes").</summary>
    public const string SpecVersion = "1.0";

    /// <summary>The format of every event's data.</summary>
    public const string JsonContentType = "application/json";

    /// <summary>A device asks the cloud: <see cref="EscalationData"/> on the queue <c>escalations</c>.</summary>
    public const string Escalation = "hybrid.escalation.v1";

    /// <summary>The cloud's outcome for a device: <see cref="AnswerData"/> on the device's answer queue.</summary>
    public const string Answer = "hybrid.answer.v1";

    /// <summary>A device reports a final outcome: <see cref="ResultData"/> on the queue <c>results</c>.</summary>
    public const string Result = "hybrid.result.v1";
}
