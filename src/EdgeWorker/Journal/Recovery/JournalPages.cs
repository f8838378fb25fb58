using System.Buffers.Binary;
using System.Text;

namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>
/// Reads rows straight from the pages of a database and its log ("Database File Format", sections 1.6 and 2), without following the trees
/// that lead to them: what leads to a page may be damaged while the page is not. Rows come without their tables' names, and nothing proves
/// them right; both is the caller's to find out. Never changes a file, never fails on whatever it finds.
/// </summary>
internal sealed class JournalPages : IDisposable
{
    private const int DefaultPageSize = 4096;
    private const int MostColumns = 64;
    private const int LargestRow = 64 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly FileStream? _database;
    private readonly FileStream? _log;
    private readonly Dictionary<uint, long> _committed = [];
    private readonly Dictionary<uint, long> _rest = [];
    private readonly int _pageSize;
    private readonly uint _pages;
    private readonly long _largestRow;

    /// <summary>Opens the files for reading.</summary>
    /// <exception cref="IOException">They cannot be read.</exception>
    public JournalPages(JournalFiles files)
    {
        var log = WriteAheadLog.Read(files);
        try
        {
            _database = Open(files.Database);
            _log = log is null ? null : Open(files.Log);
            _pageSize = PageSize(log);
            _pages = (uint)(((_database?.Length ?? 0) + _pageSize - 1) / _pageSize);
            _largestRow = Math.Min(LargestRow, (_database?.Length ?? 0) + (_log?.Length ?? 0));
            for (var index = 0; index < (log?.Frames.Count ?? 0); index++)
            {
                var frame = log!.Frames[index];
                (index < log.Committed ? _committed : _rest)[frame.Page] = frame.Position;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Every row that can be read, several times where several pages have it.</summary>
    public IEnumerable<PageRow> Rows()
    {
        var free = FreePages();
        foreach (var page in Enumerable.Range(1, checked((int)_pages)).Select(page => (uint)page).Union(_committed.Keys)
            .Where(page => !free.Contains(page)))
        {
            foreach (var row in RowsOf(Page(page, rest: false), page, rest: false))
            {
                yield return row;
            }
        }

        foreach (var page in _rest.Keys)
        {
            foreach (var row in RowsOf(Page(page, rest: true), page, rest: true))
            {
                yield return row;
            }
        }
    }

    public void Dispose()
    {
        _database?.Dispose();
        _log?.Dispose();
    }

    private static FileStream? Open(string path) =>
        File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null;

    private int PageSize(WriteAheadLog? log)
    {
        if (log is { PageSize: > 0 and var logged })
        {
            return logged;
        }

        var header = new byte[18];
        if (_database?.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(16)) is var size and >= 512 && (size & (size - 1)) == 0)
        {
            return size;
        }

        return DefaultPageSize;
    }

    /// <summary>A page's bytes, zeros where the file is cut off; null if there is no such page.</summary>
    private byte[]? Page(uint number, bool rest)
    {
        if (number == 0)
        {
            return null;
        }

        var page = new byte[_pageSize];
        if ((rest && _rest.TryGetValue(number, out var position)) || _committed.TryGetValue(number, out position))
        {
            return RandomAccess.Read(_log!.SafeFileHandle, page, position) > 0 ? page : null;
        }

        return _database is not null && RandomAccess.Read(_database.SafeFileHandle, page, (number - 1L) * _pageSize) > 0 ? page : null;
    }

    /// <summary>Pages whose rows were deleted; as far as the list of them can be followed.</summary>
    private HashSet<uint> FreePages()
    {
        var free = new HashSet<uint>();
        var first = Page(1, rest: false);
        var trunk = first is null ? 0 : BinaryPrimitives.ReadUInt32BigEndian(first.AsSpan(32));
        while (trunk > 1 && free.Add(trunk) && Page(trunk, rest: false) is { } page)
        {
            var leaves = Math.Min(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(4)), (uint)(_pageSize / 4) - 2);
            for (var leaf = 0; leaf < leaves; leaf++)
            {
                free.Add(BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(8 + (4 * leaf))));
            }

            trunk = BinaryPrimitives.ReadUInt32BigEndian(page);
        }

        return free;
    }

    private IEnumerable<PageRow> RowsOf(byte[]? page, uint number, bool rest)
    {
        if (page is null)
        {
            yield break;
        }

        var start = number == 1 ? 100 : 0;
        // Leaves of tables and of indexes, and the inner pages of the latter, which hold rows too where a table has no row ids.
        var (isTable, interior) = (page[start] == 0x0d, page[start] == 0x02);
        if (!isTable && !interior && page[start] != 0x0a)
        {
            yield break;
        }

        var pointers = start + (interior ? 12 : 8);
        var cells = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(start + 3)), (_pageSize - pointers) / 2);
        for (var cell = 0; cell < cells; cell++)
        {
            var at = BinaryPrimitives.ReadUInt16BigEndian(page.AsSpan(pointers + (2 * cell)));
            if (RowAt(page, at + (interior ? 4 : 0), isTable, rest) is { } row)
            {
                yield return row;
            }
        }
    }

    private PageRow? RowAt(byte[] page, int at, bool isTable, bool rest)
    {
        long? id = null;
        if (!TryVarint(page, ref at, out var size) || size <= 0 || size > _largestRow)
        {
            return null;
        }

        if (isTable)
        {
            if (!TryVarint(page, ref at, out var number))
            {
                return null;
            }

            id = number;
        }

        return Payload(page, at, (int)size, isTable, rest) is { } payload && Values(payload) is { } values
            ? new PageRow(id, values, !rest)
            : null;
    }

    /// <summary>A row's bytes, those on overflow pages included.</summary>
    private byte[]? Payload(byte[] page, int at, int size, bool isTable, bool rest)
    {
        var most = isTable ? _pageSize - 35 : ((_pageSize - 12) * 64 / 255) - 23;
        var least = ((_pageSize - 12) * 32 / 255) - 23;
        var local = size;
        if (size > most)
        {
            local = least + ((size - least) % (_pageSize - 4));
            local = local <= most ? local : least;
        }

        if (at + local + (local < size ? 4 : 0) > page.Length)
        {
            return null;
        }

        var payload = new List<byte>(Math.Min(size, 1 << 20));
        payload.AddRange(page.AsSpan(at, local));
        var next = local < size ? BinaryPrimitives.ReadUInt32BigEndian(page.AsSpan(at + local)) : 0;
        while (payload.Count < size)
        {
            if (Page(next, rest) is not { } overflow)
            {
                return null;
            }

            payload.AddRange(overflow.AsSpan(4, Math.Min(_pageSize - 4, size - payload.Count)));
            next = BinaryPrimitives.ReadUInt32BigEndian(overflow);
        }

        return [.. payload];
    }

    private static object?[]? Values(byte[] payload)
    {
        var at = 0;
        if (!TryVarint(payload, ref at, out var header) || header > payload.Length)
        {
            return null;
        }

        var values = new List<object?>();
        var body = (int)header;
        while (at < header)
        {
            if (values.Count == MostColumns || !TryVarint(payload, ref at, out var type)
                || !TryValue(payload, ref body, type, out var value))
            {
                return null;
            }

            values.Add(value);
        }

        return at == header && body == payload.Length ? [.. values] : null;
    }

    private static bool TryValue(byte[] payload, ref int at, long type, out object? value)
    {
        value = null;
        long length = type switch
        {
            0 or 8 or 9 => 0,
            >= 1 and <= 4 => type,
            5 => 6,
            6 or 7 => 8,
            >= 12 => (type - 12) / 2,
            _ => -1,
        };
        if (length < 0 || at + length > payload.Length)
        {
            return false;
        }

        var bytes = payload.AsSpan(at, (int)length);
        at += (int)length;
        try
        {
            value = type switch
            {
                0 => null,
                7 => BinaryPrimitives.ReadDoubleBigEndian(bytes),
                <= 9 => Integer(bytes, type),
                _ when type % 2 == 0 => bytes.ToArray(),
                _ => StrictUtf8.GetString(bytes),
            };
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    private static long Integer(ReadOnlySpan<byte> bytes, long type)
    {
        if (type is 8 or 9)
        {
            return type - 8;
        }

        long value = (sbyte)bytes[0];
        foreach (var next in bytes[1..])
        {
            value = (value << 8) | next;
        }

        return value;
    }

    private static bool TryVarint(ReadOnlySpan<byte> bytes, ref int at, out long value)
    {
        value = 0;
        for (var read = 0; read < 9; read++)
        {
            if (at < 0 || at >= bytes.Length)
            {
                return false;
            }

            var next = bytes[at++];
            if (read == 8)
            {
                value = (value << 8) | next;
                return true;
            }

            value = (value << 7) | (uint)(next & 0x7f);
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }
}
