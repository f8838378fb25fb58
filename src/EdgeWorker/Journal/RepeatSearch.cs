namespace Hybrid.EdgeWorker.Journal;

/// <summary>How to find the prompt that an earlier sending of the same request brought.</summary>
/// <param name="Kind">What the client says.</param>
/// <param name="SettledSince">Outcomes from before this moment are not given again.</param>
/// <param name="FailedSince">Nor are failures from before this moment, to a client that says nothing.</param>
/// <param name="MayWait">
/// Whether to be told, where the client says nothing, of a prompt that has escalated and is still awaited: its caller may be about to be
/// noticed to have gone.
/// </param>
/// <param name="IsAwaited">Whether somebody still waits for a prompt. Called on the journal's own thread.</param>
internal sealed record RepeatSearch(RepeatKind Kind, DateTimeOffset SettledSince, DateTimeOffset FailedSince, bool MayWait, Func<Guid, bool> IsAwaited);
