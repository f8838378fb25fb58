using System.Diagnostics;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Bench;

/// <summary>Notes when the first and the last token came, and nothing else, so that what is measured is the engine.</summary>
internal sealed class CountingSink(int limit) : ITokenSink
{
    private readonly long[] _times = new long[limit];
    private readonly TaskCompletionSource<SequenceEnd> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Called with the first token.</summary>
    public Action? OnFirst { get; init; }

    /// <summary>Called with every token.</summary>
    public Action? OnEach { get; init; }

    /// <summary>Called at the end, when the sequence's state has been remembered.</summary>
    public Action? OnLast { get; init; }

    public Task<SequenceEnd> End => _end.Task;

    public long FirstToken { get; private set; }

    public long LastToken { get; private set; }

    public long FirstAllocated { get; private set; }

    public long LastAllocated { get; private set; }

    public int Tokens { get; private set; }

    /// <summary>How many tokens came after one moment, up to another.</summary>
    public int TokensBetween(long after, long upTo) => _times.AsSpan(0, Tokens).ToArray().Count(time => time > after && time <= upTo);

    public bool OnToken(TokenChoice choice, IReadOnlyList<TokenCandidate>? top, bool isEnd)
    {
        LastToken = Stopwatch.GetTimestamp();
        LastAllocated = GC.GetAllocatedBytesForCurrentThread();
        _times[Tokens] = LastToken;
        if (Tokens++ == 0)
        {
            FirstToken = LastToken;
            FirstAllocated = LastAllocated;
            OnFirst?.Invoke();
        }

        OnEach?.Invoke();
        return true;
    }

    public void OnEnd(SequenceEnd end)
    {
        OnLast?.Invoke();
        if (end.Failure is null)
        {
            _end.SetResult(end);
        }
        else
        {
            _end.SetException(end.Failure);
        }
    }
}
