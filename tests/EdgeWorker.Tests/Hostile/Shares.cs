namespace Hybrid.EdgeWorker.Tests.Hostile;

/// <summary>Counts what each of several streams gets in the time in which all of them run. Thread safe.</summary>
/// <param name="streams">How many there are.</param>
/// <param name="enough">How much the slowest must have got until the shares are told.</param>
internal sealed class Shares(int streams, int enough)
{
    private readonly TaskCompletionSource<int[]> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly int[] _counts = new int[streams];
    private int[]? _begun;

    /// <summary>Each stream's share, from when the last had begun until the slowest had enough.</summary>
    public Task<int[]> Reached => _reached.Task;

    /// <summary>A stream got something.</summary>
    public void Add(int stream)
    {
        lock (_lock)
        {
            _counts[stream]++;
            if (_begun is null)
            {
                _begun = _counts.All(count => count > 0) ? [.. _counts] : null;
                return;
            }

            int[] shares = [.. _counts.Zip(_begun, (count, begun) => count - begun)];
            if (shares.Min() >= enough)
            {
                _reached.TrySetResult(shares);
            }
        }
    }

    /// <summary>A stream broke.</summary>
    public void Fail(Exception exception) => _reached.TrySetException(exception);
}
