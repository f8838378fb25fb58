namespace Hybrid.EdgeWorker.Journal;

/// <summary>An event that waits to be sent.</summary>
/// <param name="Sequence">Its place in the order.</param>
/// <param name="Queue">The queue's name, one of <see cref="Outbox"/>'s.</param>
/// <param name="EventId">The event's id.</param>
/// <param name="PromptId">The prompt it is about.</param>
/// <param name="Body">The event's bytes.</param>
/// <param name="ExpiresAt">After this moment it is no longer worth sending.</param>
/// <param name="Attempts">How often sending failed.</param>
internal sealed record OutboxEntry(
    long Sequence, string Queue, string EventId, Guid PromptId, byte[] Body, DateTimeOffset ExpiresAt, int Attempts)
{
    /// <summary>The columns a row's digest covers.</summary>
    public const string Digested = "queue, event_id, prompt_id, body";
}
