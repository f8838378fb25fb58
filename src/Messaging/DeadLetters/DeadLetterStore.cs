using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Azure.Storage.Blobs;
using Hybrid.Messaging.Storage;

namespace Hybrid.Messaging.DeadLetters;

/// <summary>
/// Writes and reads what lies on poison queues: <c>{reason, detail, original}</c> as JSON. An original that does not fit beside its reason
/// goes to a blob <c>dead-letters/{queue}/{guid}</c>, so that nothing is lost or cut. Thread safe.
/// </summary>
/// <param name="blobs">The storage account.</param>
public sealed class DeadLetterStore(BlobServiceClient blobs)
{
    /// <summary>The container, and the first part of every blob's name.</summary>
    public const string ContainerName = "dead-letters";

    private const int DetailCharacters = 1024;

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(ContainerName);

    /// <summary>Makes a poison message.</summary>
    /// <param name="queue">The queue the original lay on.</param>
    /// <param name="messageId">The original's id: doing it again makes no second blob.</param>
    /// <param name="reason">Why it is put aside; a long detail is cut.</param>
    /// <param name="original">What was sent.</param>
    /// <param name="maxBytes">The largest body the poison queue takes, in bytes.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="MessagingException">The blob could not be stored.</exception>
    public async Task<byte[]> WrapAsync(
        string queue,
        string messageId,
        DeadLetterReason reason,
        ReadOnlyMemory<byte> original,
        int maxBytes,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(reason);
        var detail = reason.Detail.Length <= DetailCharacters ? reason.Detail : reason.Detail[..DetailCharacters];
        var whole = Write(Utf8.IsValid(original.Span)
            ? new DeadLetterEnvelope(reason.Code, detail, Original: Encoding.UTF8.GetString(original.Span))
            : new DeadLetterEnvelope(reason.Code, detail, OriginalBase64: Convert.ToBase64String(original.Span)));
        if (whole.Length <= maxBytes)
        {
            return whole;
        }

        var name = $"{queue}/{new Guid(SHA256.HashData(Encoding.UTF8.GetBytes(messageId)).AsSpan(0, 16))}";
        await StorageFailures.RunAsync(
            $"Storing dead letter '{name}'", () => _container.PutAsync(name, original, cancellationToken), cancellationToken);
        return Write(new DeadLetterEnvelope(reason.Code, detail, OriginalBlob: $"{ContainerName}/{name}"));
    }

    /// <summary>Reads a message from a poison queue, with or without an envelope.</summary>
    /// <exception cref="MessagingException">
    /// <see cref="MessagingFailure.NotFound"/> if the original's blob is gone; any other kind if it could not be read.
    /// </exception>
    public async Task<DeadLetter> ReadAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var envelope = Parse(body.Span);
        if (envelope is null)
        {
            return new DeadLetter(null, body);
        }

        var reason = new DeadLetterReason(envelope.Reason, envelope.Detail);
        return envelope switch
        {
            { Original: { } text } => new DeadLetter(reason, Encoding.UTF8.GetBytes(text)),
            { OriginalBase64: { } text } => new DeadLetter(reason, Convert.FromBase64String(text)),
            _ => new DeadLetter(reason, await DownloadAsync(envelope.OriginalBlob!, cancellationToken)),
        };
    }

    /// <summary>
    /// Deletes what a poison message keeps outside the queue; to be called when it was replayed or purged. Harmless if there is
    /// nothing.
    /// </summary>
    /// <exception cref="MessagingException">It could not be deleted.</exception>
    public async Task PurgeAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (Parse(body.Span)?.OriginalBlob is { } name)
        {
            var blob = _container.GetBlobClient(BlobName(name));
            await StorageFailures.RunAsync(
                $"Deleting dead letter '{name}'", () => blob.DeleteIfExistsAsync(cancellationToken: cancellationToken), cancellationToken);
        }
    }

    private static byte[] Write(DeadLetterEnvelope envelope) =>
        JsonSerializer.SerializeToUtf8Bytes(envelope, DeadLetterJson.Compact.DeadLetterEnvelope);

    /// <summary>The envelope, or null if it is none: then the body itself is the original.</summary>
    private static DeadLetterEnvelope? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            var envelope = JsonSerializer.Deserialize(body, DeadLetterJson.Default.DeadLetterEnvelope);
            return envelope switch
            {
                { Original: not null, OriginalBase64: null, OriginalBlob: null } => envelope,
                { Original: null, OriginalBase64: { } text, OriginalBlob: null } when System.Buffers.Text.Base64.IsValid(text) => envelope,
                { Original: null, OriginalBase64: null, OriginalBlob: { } name } when IsName(name) => envelope,
                _ => null,
            };
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // A poison queue is open to whoever may write to it; only our own container is ever read.
    private static bool IsName(string name) =>
        name.Split('/') is [ContainerName, { Length: > 0 }, var id] && Guid.TryParseExact(id, "D", out _);

    private static string BlobName(string name) => name[(ContainerName.Length + 1)..];

    private Task<byte[]> DownloadAsync(string name, CancellationToken cancellationToken) => StorageFailures.RunAsync(
        $"Reading dead letter '{name}'",
        async () => (await _container.GetBlobClient(BlobName(name)).DownloadContentAsync(cancellationToken)).Value.Content.ToArray(),
        cancellationToken);
}
