using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>
/// A version of HTTP that is none is answered with 400. The server answers it with 505 before any code of ours runs, and whoever watches a server
/// counts what begins with 5 as the server's own failure: here no caller can cause one.
/// </summary>
internal static class VersionAnswer
{
    /// <summary>Puts it between the server and a connection, over TLS where there is any.</summary>
    public static ConnectionDelegate Over(ConnectionDelegate next) => connection => next(new Connection(connection));

    /// <summary>A connection that watches what is written to its transport, also to the one that TLS puts over the first. The server owns the one inside.</summary>
    private sealed class Connection : ConnectionContext
    {
        private readonly ConnectionContext _inner;

        public Connection(ConnectionContext inner)
        {
            _inner = inner;
            Transport = inner.Transport;
        }

        public override IDuplexPipe Transport
        {
            get => _inner.Transport;
            set => _inner.Transport = value as Pipes ?? new Pipes(value.Input, new Writer(value.Output));
        }

        public override string ConnectionId
        {
            get => _inner.ConnectionId;
            set => _inner.ConnectionId = value;
        }

        public override IFeatureCollection Features => _inner.Features;

        public override IDictionary<object, object?> Items
        {
            get => _inner.Items;
            set => _inner.Items = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => _inner.ConnectionClosed;
            set => _inner.ConnectionClosed = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => _inner.LocalEndPoint;
            set => _inner.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => _inner.RemoteEndPoint;
            set => _inner.RemoteEndPoint = value;
        }

        public override void Abort() => _inner.Abort();

        public override void Abort(ConnectionAbortedException abortReason) => _inner.Abort(abortReason);
    }

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
