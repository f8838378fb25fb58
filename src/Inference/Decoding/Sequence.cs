using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Decoding;

/// <summary>One request on its way through the decode loop.</summary>
/// <remarks>Touched by the decode loop alone once it is submitted, but for the cancellation token.</remarks>
internal sealed class Sequence
{
    private readonly TimeProvider _time;
    private readonly long _submitted;
    private readonly CancellationToken _cancellation;
    private int[] _tokens;
    private long _started;
    private long _firstToken;

    public Sequence(SequenceRequest request, int maxTokens, ITokenSink sink, TimeProvider time, CancellationToken cancellation)
    {
        Request = request;
        MaxTokens = maxTokens;
        Sink = sink;
        Sampler = new Sampler(request.Sampling, request.Prompt);
        _time = time;
        _cancellation = cancellation;
        _submitted = time.GetTimestamp();
        _tokens = (int[])request.Prompt.Clone();
        Count = _tokens.Length;
    }

    public SequenceRequest Request { get; }

    public Sampler Sampler { get; }

    public ITokenSink Sink { get; }

    /// <summary>Prompt and answer may reach this many tokens: what memory is reserved for.</summary>
    public int MaxTokens { get; }

    /// <summary>Prompt and answer so far.</summary>
    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    /// <summary>How many tokens <see cref="Tokens"/> has.</summary>
    public int Count { get; private set; }

    /// <summary>How many of them have their keys and values in the arena.</summary>
    public int Cached { get; set; }

    /// <summary>Prompt tokens whose state was found ready.</summary>
    public int Reused { get; set; }

    /// <summary>Whether its state is computed with the long rotary factors.</summary>
    public bool LongRope { get; set; }

    public CancellationToken Cancellation => _cancellation;

    public void MarkStarted()
    {
        if (_started == 0)
        {
            _started = _time.GetTimestamp();
        }
    }

    /// <summary>Adds a generated token.</summary>
    public void Append(int token)
    {
        if (Count == _tokens.Length)
        {
            Array.Resize(ref _tokens, Math.Min(MaxTokens, Count + Math.Max(64, Count / 2)));
        }

        _tokens[Count++] = token;
        if (_firstToken == 0)
        {
            _firstToken = _time.GetTimestamp();
        }
    }

    /// <summary>Tells the receiver that it is over.</summary>
    public void End(FinishReason reason, Exception? failure = null)
    {
        var now = _time.GetTimestamp();
        var started = _started == 0 ? now : _started;
        var firstToken = _firstToken == 0 ? now : _firstToken;
        Sink.OnEnd(new SequenceEnd(
            reason,
            failure,
            Request.Prompt.Length,
            Reused,
            Count - Request.Prompt.Length - (reason == FinishReason.EndToken ? 1 : 0),
            _time.GetElapsedTime(_submitted, started),
            _time.GetElapsedTime(started, firstToken),
            _time.GetElapsedTime(firstToken, now)));
    }
}
