namespace Hybrid.EdgeWorker.Journal;

/// <summary>Whether the queue can be reached, as sends and receives show it. Thread safe.</summary>
internal sealed class CloudLink
{
    /// <summary>Failures in a row that open the breaker once the queue had been reached; the first attempt decides alone.</summary>
    private const int FailuresToOpen = 2;

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _known = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool? _reachable;
    private int _failures;

    /// <summary>True, false, or null while nobody has tried.</summary>
    public bool? Reachable
    {
        get
        {
            lock (_lock)
            {
                return _reachable;
            }
        }
    }

    /// <summary>Why it cannot be reached; null while it can.</summary>
    public string? Trouble { get; private set; }

    public void Succeeded()
    {
        lock (_lock)
        {
            _failures = 0;
            _reachable = true;
            Trouble = null;
        }

        _known.TrySetResult();
    }

    public void Failed(string trouble)
    {
        lock (_lock)
        {
            Trouble = trouble;
            if (_reachable is null || ++_failures >= FailuresToOpen)
            {
                _reachable = false;
            }
        }

        _known.TrySetResult();
    }

    /// <summary>Waits for the first attempt, but not forever.</summary>
    /// <returns>Whether it can be reached; false if the first attempt takes too long.</returns>
    public async Task<bool> IsReachableAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await _known.Task.WaitAsync(patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }

        return Reachable == true;
    }
}
