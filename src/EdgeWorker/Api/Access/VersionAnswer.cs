using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>
/// A version of HTTP that is none is answered with 400. The server answers it with 505 before any code of ours runs, and whoever watches a server
/// counts what begins with 5 as the server's own failure: here no caller can cause one.
/// </summary>
internal static class VersionAnswer
{
    /// <summary>Puts it between the server and a connection. On a connection with TLS, where the server's words are sealed below this, it changes nothing.</summary>
    public static ConnectionDelegate Over(ConnectionDelegate next) => async connection =>
    {
        var transport = connection.Transport;
        connection.Transport = new Pipes(transport.Input, new Writer(transport.Output));
        await next(connection);
    };

    private sealed record Pipes(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class Writer(PipeWriter output) : PipeWriter
    {
        private Memory<byte> _memory;

        public override bool CanGetUnflushedBytes => output.CanGetUnflushedBytes;

        public override long UnflushedBytes => output.UnflushedBytes;

        /// <summary>The server writes a response's status and headers in one piece, and no body of ours begins like a status line.</summary>
        public override void Advance(int bytes)
        {
            var written = _memory.Span[..bytes];
            if (written.StartsWith("HTTP/1.1 505"u8))
            {
                "400"u8.CopyTo(written["HTTP/1.1 ".Length..]);
            }

            _memory = _memory[bytes..];
            output.Advance(bytes);
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => output.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);
    }
}
