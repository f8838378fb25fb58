using System.Runtime.InteropServices;
using System.Threading.Channels;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Sampling;
using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference.Answers;

/// <summary>Turns a sequence's tokens into text on the decode loop's thread, so that a stop sequence ends it at that very token.</summary>
internal sealed class AnswerWriter(ModelTokenizer tokenizer, GenerationOptions options) : ITokenSink
{
    private readonly StreamingDecoder _decoder = tokenizer.CreateStreamingDecoder();
    private readonly StopScanner _stops = new(options.StopSequences);
    private readonly List<float> _logProbabilities = [];
    private readonly List<float> _margins = [];
    private readonly List<TokenLogProbability> _tokens = [];
    // Where the text of each token begins, in characters of everything decoded.
    private readonly List<int> _starts = [];
    private int _decoded;
    private int _emitted;
    private int _written;
    // Bounded by the sequence's own token limit; the reader may be slower than the model but never stops it.
    private readonly Channel<AnswerPiece> _pieces = Channel.CreateUnbounded<AnswerPiece>(new() { SingleReader = true, SingleWriter = true });

    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when nothing follows any more, whether or not the pieces were read.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Whether the sequence was cut short by its caller or by the engine's end.</summary>
    public bool Cancelled { get; private set; }

    /// <summary>The answer's pieces; completes after the last one, with the failure if there was one.</summary>
    public ChannelReader<AnswerPiece> Pieces => _pieces.Reader;

    public bool OnToken(TokenChoice choice, IReadOnlyList<TokenCandidate>? top, bool isEnd)
    {
        _logProbabilities.Add(choice.LogProbability);
        _margins.Add(choice.Margin);
        if (isEnd)
        {
            return true;
        }

        if (options.LogProbabilities)
        {
            _tokens.Add(Describe(choice.Token, choice.LogProbability, top ?? []));
            _starts.Add(_decoded);
        }

        var piece = _decoder.Append(choice.Token);
        _decoded += piece.Length;
        var text = _stops.Append(piece);
        _emitted += text.Length;
        if (_stops.Found is not null)
        {
            ForgetStop();
        }

        if (text.Length > 0)
        {
            Write(text, null);
        }

        return _stops.Found is null;
    }

    public void OnEnd(SequenceEnd end)
    {
        Cancelled = end.Failure is null && end.Reason == FinishReason.Cancelled;
        if (end.Failure is null && !Cancelled)
        {
            var rest = _stops.Found is null ? _stops.Append(_decoder.Flush()) + _stops.Flush() : string.Empty;
            Write(rest, Summarise(end));
        }

        _pieces.Writer.Complete(end.Failure);
        _ended.SetResult();
    }

    /// <summary>The tokens are those of the text, and the stop sequence is no part of it.</summary>
    private void ForgetStop()
    {
        while (_tokens.Count > _written && _starts[^1] >= _emitted)
        {
            _tokens.RemoveAt(_tokens.Count - 1);
            _starts.RemoveAt(_starts.Count - 1);
        }
    }

    private AnswerSummary Summarise(SequenceEnd end) => new()
    {
        End = end.Reason == FinishReason.Length && _stops.Found is null ? AnswerEnd.Length : AnswerEnd.Stop,
        StopSequence = _stops.Found,
        PromptTokens = end.PromptTokens,
        ReusedTokens = end.ReusedTokens,
        OutputTokens = end.OutputTokens,
        Confidence = AnswerConfidence.From(CollectionsMarshal.AsSpan(_logProbabilities), CollectionsMarshal.AsSpan(_margins)),
        Tokens = _tokens,
        Waited = end.Waited,
        Prefill = end.Prefill,
        Decode = end.Decode,
    };

    private void Write(string text, AnswerSummary? summary)
    {
        // A token whose text is held back goes with it: it may belong to a stop sequence.
        var until = summary is null ? _written : _tokens.Count;
        while (until < _tokens.Count && _starts[until] < _emitted)
        {
            until++;
        }

        var tokens = _tokens.GetRange(_written, until - _written);
        _written = until;
        _pieces.Writer.TryWrite(new AnswerPiece(text, tokens, summary));
    }

    private TokenLogProbability Describe(int token, float logProbability, IReadOnlyList<TokenCandidate> top) => new(
        token,
        tokenizer.TokenBytes(token).ToArray(),
        logProbability,
        [.. top.Select(candidate => Describe(candidate.Token, candidate.LogProbability, []))]);
}
