using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>
/// Proves that a row reads as it was written. SQLite sees a damaged page only where its structure suffers; a flipped bit inside a text is
/// read back as if it had been written so.
/// </summary>
internal static class RowDigest
{
    private const int Bytes = 16;

    /// <summary>
    /// The digest of some columns, as SQLite stores them: null, integers, texts and blobs, each with its kind and length.
    /// </summary>
    public static byte[] Of(params ReadOnlySpan<object?> values)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[9];
        foreach (var value in values)
        {
            switch (SqliteCommands.Stored(value))
            {
                case null or DBNull:
                    Append(hash, head, 0, 0);
                    break;
                case string text:
                    var bytes = Encoding.UTF8.GetBytes(text);
                    Append(hash, head, 1, bytes.Length);
                    hash.AppendData(bytes);
                    break;
                case byte[] blob:
                    Append(hash, head, 2, blob.Length);
                    hash.AppendData(blob);
                    break;
                case var number:
                    Append(hash, head, 3, Convert.ToInt64(number, System.Globalization.CultureInfo.InvariantCulture));
                    break;
            }
        }

        return hash.GetHashAndReset()[..Bytes];
    }

    /// <summary>Whether a digest is that of some columns.</summary>
    public static bool Matches(object? digest, params ReadOnlySpan<object?> values) =>
        digest is byte[] bytes && bytes.AsSpan().SequenceEqual(Of(values));

    private static void Append(IncrementalHash hash, Span<byte> head, byte kind, long value)
    {
        head[0] = kind;
        BinaryPrimitives.WriteInt64LittleEndian(head[1..], value);
        hash.AppendData(head);
    }
}
