using System.Threading.Channels;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>The text of one answer on its way to the one caller who watches.</summary>
internal sealed class PromptStream
{
    private readonly Channel<AnswerDelta> _pieces = Channel.CreateUnbounded<AnswerDelta>(new UnboundedChannelOptions { SingleReader = true });

    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether any text has been written: from then on no other text may become the answer.</summary>
    public bool HasBegun { get; private set; }

    /// <summary>Ends with the first piece, and never without one.</summary>
    public Task Begun => _begun.Task;

    /// <summary>The next piece; null when there will be no more, which is no outcome yet.</summary>
    public async Task<AnswerDelta?> ReadAsync(CancellationToken cancellationToken)
    {
        while (await _pieces.Reader.WaitToReadAsync(cancellationToken))
        {
            if (_pieces.Reader.TryRead(out var piece))
            {
                return piece;
            }
        }

        return null;
    }

    public void Write(AnswerDelta piece)
    {
        HasBegun = true;
        _pieces.Writer.TryWrite(piece);
        _begun.TrySetResult();
    }

    public void End() => _pieces.Writer.TryComplete();
}
