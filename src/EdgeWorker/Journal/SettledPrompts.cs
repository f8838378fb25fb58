using System.Collections.Concurrent;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>Wakes whoever waits for a prompt's outcome. Thread safe.</summary>
internal sealed class SettledPrompts
{
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _waiting = new();

    /// <summary>Ends when the prompt is settled; one who asks after that must look into the journal first.</summary>
    public Task Of(Guid id) => _waiting.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    public void Settle(Guid id)
    {
        if (_waiting.TryRemove(id, out var waiting))
        {
            waiting.SetResult();
        }
    }
}
