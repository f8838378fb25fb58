using System.Buffers.Binary;

namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>
/// SQLite's write-ahead log as it lies on disk ("WAL-mode File Format"). SQLite reads it up to the first frame that is not right and takes
/// that for its end, as after a crash it is. Whether more had been there, and was acknowledged, is found out here.
/// </summary>
internal sealed class WriteAheadLog
{
    private const int HeaderBytes = 32;
    private const int FrameHeaderBytes = 24;
    private const uint Magic = 0x377f0682;
    private const int IndexHeaderBytes = 48;

    private WriteAheadLog(int pageSize, IReadOnlyList<LogFrame> frames, string? damage)
    {
        PageSize = pageSize;
        Frames = frames;
        Damage = damage;
        Committed = frames.TakeWhile(frame => frame.IsValid).Select((frame, index) => frame.PagesAfterCommit > 0 ? index + 1 : 0)
            .DefaultIfEmpty().Max();
    }

    /// <summary>In bytes; 0 if the header cannot be read.</summary>
    public int PageSize { get; }

    public IReadOnlyList<LogFrame> Frames { get; }

    /// <summary>How many frames, from the first on, belong to finished transactions: what SQLite reads.</summary>
    public int Committed { get; }

    /// <summary>Why something is missing that had been there; null if nothing is.</summary>
    public string? Damage { get; }

    /// <summary>Reads a log.</summary>
    /// <param name="files">Whose.</param>
    /// <returns>The log, or null if there is none or it is empty.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static WriteAheadLog? Read(JournalFiles files)
    {
        if (!File.Exists(files.Log))
        {
            return null;
        }

        using var file = new FileStream(files.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 16);
        var index = ReadIndex(files.LogIndex);
        if (file.Length < HeaderBytes)
        {
            return index is { Frames: > 0 } ? new WriteAheadLog(0, [], "the write-ahead log is cut off") : null;
        }

        var header = new byte[HeaderBytes];
        file.ReadExactly(header);
        var bigEndian = (Word(header, 0) & 1) == 1;
        var pageSize = (int)Word(header, 8);
        var (one, two) = Checksum(header.AsSpan(0, 24), bigEndian, 0, 0);
        var readable = (Word(header, 0) & ~1u) == Magic && pageSize is >= 512 and <= 65536 && (pageSize & (pageSize - 1)) == 0;
        if (!readable || one != Word(header, 24) || two != Word(header, 28))
        {
            return new WriteAheadLog(
                readable ? pageSize : 0, readable ? ReadFrames(file, header, pageSize, bigEndian, null) : [],
                "the write-ahead log's header is damaged");
        }

        var log = new WriteAheadLog(pageSize, ReadFrames(file, header, pageSize, bigEndian, (one, two)), null);
        return new WriteAheadLog(pageSize, log.Frames, Judge(log, header, index));
    }

    private static string? Judge(WriteAheadLog log, byte[] header, (uint Frames, ulong Salts)? index)
    {
        // The index is written after the log has been synced: what it counts had been there.
        if (index is { } known && known.Salts == BinaryPrimitives.ReadUInt64LittleEndian(header.AsSpan(16)) && known.Frames > log.Committed)
        {
            return $"the write-ahead log ends after {log.Committed} of {known.Frames} frames";
        }

        // A transaction begins only after the one before it has been synced: one that follows a gap proves that the gap had been filled.
        var end = log.Frames.TakeWhile(frame => frame.IsValid).Count();
        var rest = log.Frames.Skip(end).Where(frame => frame.IsOfThisLog).ToList();
        var commit = rest.FindIndex(frame => frame.PagesAfterCommit > 0);
        return commit >= 0 && commit < rest.Count - 1 ? $"the write-ahead log is damaged at frame {end + 1}" : null;
    }

    private static List<LogFrame> ReadFrames(FileStream file, byte[] header, int pageSize, bool bigEndian, (uint One, uint Two)? seed)
    {
        var frames = new List<LogFrame>();
        var buffer = new byte[FrameHeaderBytes + pageSize];
        var (valid, one, two) = (seed is not null, seed?.One ?? 0, seed?.Two ?? 0);
        while (file.Length - file.Position >= buffer.Length)
        {
            var position = file.Position + FrameHeaderBytes;
            file.ReadExactly(buffer);
            var salted = buffer.AsSpan(8, 8).SequenceEqual(header.AsSpan(16, 8));
            if (valid)
            {
                (one, two) = Checksum(buffer.AsSpan(0, 8), bigEndian, one, two);
                (one, two) = Checksum(buffer.AsSpan(FrameHeaderBytes), bigEndian, one, two);
                valid = salted && one == Word(buffer, 16) && two == Word(buffer, 20) && Word(buffer, 0) > 0;
            }

            frames.Add(new LogFrame(Word(buffer, 0), position, Word(buffer, 4), salted, valid));
        }

        return frames;
    }

    /// <summary>
    /// How many frames the index counts, and of which log; null if there is no index or it is damaged. It is in the machine's byte order.
    /// </summary>
    private static (uint Frames, ulong Salts)? ReadIndex(string path)
    {
        var bytes = new byte[2 * IndexHeaderBytes];
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                return null;
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        var header = bytes.AsSpan(0, IndexHeaderBytes);
        var (one, two) = Checksum(header[..40], !BitConverter.IsLittleEndian, 0, 0);
        return header.SequenceEqual(bytes.AsSpan(IndexHeaderBytes)) && header[12] == 1
            && one == BitConverter.ToUInt32(header[40..]) && two == BitConverter.ToUInt32(header[44..])
                ? (BitConverter.ToUInt32(header[16..]), BinaryPrimitives.ReadUInt64LittleEndian(header[32..]))
                : null;
    }

    private static (uint One, uint Two) Checksum(ReadOnlySpan<byte> data, bool bigEndian, uint one, uint two)
    {
        for (var at = 0; at < data.Length; at += 8)
        {
            one += Read(data[at..]) + two;
            two += Read(data[(at + 4)..]) + one;
        }

        return (one, two);

        uint Read(ReadOnlySpan<byte> word) =>
            bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(word) : BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
}
