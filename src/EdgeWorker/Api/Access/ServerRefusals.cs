using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using Hybrid.EdgeWorker.Api.OpenAI;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.WebUtilities;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>
/// What the server refuses before any code of ours runs (what is no HTTP, headers that are too many, too long or too slow) it answers with a status
/// and nothing else. Here such an answer gets what all others have, a name and an error in OpenAI's shape, and a version of HTTP that is none becomes
/// a 400: who watches a server counts what begins with 5 as the server's own failure, and no caller can cause one.
/// </summary>
internal static class ServerRefusals
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

        /// <summary>The server writes a response's status and headers in one piece.</summary>
        public override void Advance(int bytes)
        {
            var written = _memory[..bytes];
            _memory = _memory[bytes..];
            if (StatusOf(written.Span) is { } status)
            {
                output.Write(Answer(status));
            }
            else
            {
                output.Advance(bytes);
            }
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _memory = output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => output.FlushAsync(cancellationToken);

        public override void CancelPendingFlush() => output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => output.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => output.CompleteAsync(exception);
    }

    /// <summary>The status of an answer that is the server's own: ours all have a name, and none of our bodies begins like a status line.</summary>
    private static int? StatusOf(ReadOnlySpan<byte> head) =>
        head.StartsWith("HTTP/1.1 "u8) && head.EndsWith("\r\n\r\n"u8) && head.IndexOf("\r\nContent-Length: 0\r\n"u8) > 0
            && head.IndexOf(RequestIdLine) < 0 && Utf8Parser.TryParse(head["HTTP/1.1 ".Length..], out int status, out _)
            ? status switch
            {
                StatusCodes.Status505HttpVersionNotsupported => StatusCodes.Status400BadRequest,
                >= 400 and < 500 => status,
                _ => null,
            }
            : null;

    private static ReadOnlySpan<byte> RequestIdLine => "\r\nx-request-id: "u8;

    private static byte[] Answer(int status)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(
            new OpenAIErrorBody(OpenAIErrors.Of(status, status switch
            {
                StatusCodes.Status408RequestTimeout => "The request came too slowly.",
                StatusCodes.Status413PayloadTooLarge => "The body is too large.",
                StatusCodes.Status414RequestUriTooLong => "The request line is too long.",
                StatusCodes.Status431RequestHeaderFieldsTooLarge => "There are too many headers, or they are too long.",
                _ => "This is no valid HTTP request: its request line, a header, or how it says its length.",
            })),
            OpenAIJson.Default.OpenAIErrorBody);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} {ReasonPhrases.GetReasonPhrase(status)}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n"
            + $"Connection: close\r\n{RequestId.Header}: {RequestId.Make()}\r\n\r\n");
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }
}
