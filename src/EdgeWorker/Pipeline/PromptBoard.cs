using System.Collections.Concurrent;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Prompts in this process that somebody watches or works on. Thread safe.</summary>
internal sealed class PromptBoard
{
    private readonly ConcurrentDictionary<Guid, PromptStream> _streams = new();
    private readonly ConcurrentDictionary<Guid, CancellationTokenSource> _working = new();
    private readonly ConcurrentDictionary<Guid, int> _callers = new();
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> _left = new();

    public PromptStream Watch(Guid id) => _streams.GetOrAdd(id, _ => new PromptStream());

    public PromptStream? Find(Guid id) => _streams.GetValueOrDefault(id);

    public void Unwatch(Guid id)
    {
        if (_streams.TryRemove(id, out var stream))
        {
            stream.End();
        }
    }

    /// <summary>Somebody waits for a prompt; several may, under one idempotency key.</summary>
    public void Arrive(Guid id) => _callers.AddOrUpdate(id, 1, (_, callers) => callers + 1);

    /// <summary>Somebody waits no longer.</summary>
    /// <returns>Whether that was the last one.</returns>
    public bool Leave(Guid id)
    {
        var last = _callers.AddOrUpdate(id, 0, (_, callers) => callers - 1) <= 0 && _callers.TryRemove(KeyValuePair.Create(id, 0));
        if (last)
        {
            TellLeft(id);
        }

        return last;
    }

    /// <summary>Ends when nobody waits for a prompt.</summary>
    public Task LeftAsync(Guid id)
    {
        // First the bell, then the look: who leaves in between rings.
        var left = _left.GetOrAdd(id, _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        if (!IsAwaited(id))
        {
            TellLeft(id);
        }

        return left;
    }

    /// <summary>Whether somebody waits for a prompt.</summary>
    public bool IsAwaited(Guid id) => _callers.ContainsKey(id);

    /// <summary>Begins work on a prompt; dispose the source by <see cref="EndWork"/>.</summary>
    public CancellationToken BeginWork(Guid id, CancellationToken stopping)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _working[id] = source;
        return source.Token;
    }

    public void EndWork(Guid id)
    {
        if (_working.TryRemove(id, out var source))
        {
            source.Dispose();
        }
    }

    /// <summary>Stops whatever works on a prompt.</summary>
    public void CancelWork(Guid id)
    {
        if (_working.TryGetValue(id, out var source))
        {
            try
            {
                source.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // The work ended by itself in this very moment.
            }
        }
    }

    private void TellLeft(Guid id)
    {
        if (_left.TryRemove(id, out var left))
        {
            left.SetResult();
        }
    }
}
