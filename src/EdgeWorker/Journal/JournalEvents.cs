using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>The events a change of state sends.</summary>
/// <param name="deviceId">Who sends them.</param>
/// <param name="epoch">This journal.</param>
/// <param name="publishText">Whether results carry the answer's text.</param>
internal sealed class JournalEvents(string deviceId, Guid epoch, bool publishText)
{
    public string DeviceId { get; } = deviceId;

    public Guid Epoch { get; } = epoch;

    public (string Id, byte[] Body) Escalation(PromptRecord prompt, EscalationStep step, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now).ToString();
        var data = new EscalationData(
            prompt.Id, DeviceId, Epoch, prompt.Deadline, prompt.Messages, step.Reason, prompt.Options, prompt.Task, step.Confidence, step.Draft);
        return (id, EventFormat.Write(EventFormat.Create(
            id, EventFormat.DeviceSource(DeviceId), EventTypes.Escalation, prompt.Id, now, data, prompt.TraceParent)));
    }

    public (string Id, byte[] Body) Result(PromptRecord prompt, Settlement outcome, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now).ToString();
        var data = new ResultData(
            prompt.Id, DeviceId, Epoch, outcome.State, outcome.Route, outcome.Reason, Math.Max(0, (now - prompt.AcceptedAt).TotalMilliseconds),
            outcome.Model, outcome.Usage, outcome.Cost, outcome.Confidence ?? prompt.Confidence, publishText ? outcome.Answer : null);
        return (id, EventFormat.Write(EventFormat.Create(
            id, EventFormat.DeviceSource(DeviceId), EventTypes.Result, prompt.Id, now, data, prompt.TraceParent)));
    }
}
