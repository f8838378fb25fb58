using System.Threading.Channels;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>The text of one answer on its way to the one caller who watches.</summary>
internal sealed class PromptStream
{
    private readonly Channel<string> _pieces = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>The pieces as they come; ends when there will be no more, which is no outcome yet.</summary>
    public IAsyncEnumerable<string> ReadAsync(CancellationToken cancellationToken) => _pieces.Reader.ReadAllAsync(cancellationToken);

    public void Write(string text) => _pieces.Writer.TryWrite(text);

    public void End() => _pieces.Writer.TryComplete();
}
