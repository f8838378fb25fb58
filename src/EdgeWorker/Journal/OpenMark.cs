using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>
/// A small file that lies beside the journal while a process has it open, and says how many changes had been acknowledged: a journal that
/// holds fewer has lost some. It is written after each commit and never synced, so after a kill it is exact, and after a power failure at
/// most too low, never too high. Thread safe.
/// </summary>
internal sealed class OpenMark : IDisposable
{
    private const int Bytes = 16;

    private readonly Lock _lock = new();
    private readonly string _path;
    private readonly FileStream? _file;
    private long _noted = -1;

    private OpenMark(string path, FileStream? file)
    {
        _path = path;
        _file = file;
    }

    /// <summary>Makes the mark.</summary>
    public static OpenMark Make(string path, long changes)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Without a mark a loss is not noticed, which is no reason not to work.
        }

        var mark = new OpenMark(path, file);
        mark.Note(changes);
        return mark;
    }

    /// <summary>What a process that did not end in order has noted; null if there is no mark or nothing can be made of it.</summary>
    public static long? Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path) is { Length: Bytes } bytes && bytes.AsSpan(8).SequenceEqual(Digest(bytes.AsSpan(0, 8)))
                ? BinaryPrimitives.ReadInt64LittleEndian(bytes)
                : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>So many changes are on disk by now.</summary>
    public void Note(long changes)
    {
        lock (_lock)
        {
            if (_file is null || changes <= _noted)
            {
                return;
            }

            Span<byte> bytes = stackalloc byte[Bytes];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, changes);
            Digest(bytes[..8]).CopyTo(bytes[8..]);
            try
            {
                RandomAccess.Write(_file.SafeFileHandle, bytes, 0);
                _noted = changes;
            }
            catch (IOException)
            {
                // On a full disk it stays too low.
            }
        }
    }

    /// <summary>The journal is closed in order: removes the mark. Removing needs no room on the disk.</summary>
    public void Dispose()
    {
        _file?.Dispose();
        Remove(_path);
    }

    public static void Remove(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It says what is so: that much is in the journal.
        }
    }

    private static byte[] Digest(ReadOnlySpan<byte> bytes) => SHA256.HashData(bytes)[..8];
}
