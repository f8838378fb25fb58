using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Hybrid.Inference.Folders;

/// <summary>Walks protobuf wire format in a file through one small window, however large the file or false its lengths.</summary>
internal sealed class ProtoReader(FolderFile file, SafeFileHandle handle, long length)
{
    public const int Varint = 0;
    public const int Delimited = 2;

    private const int WindowBytes = 64 * 1024;
    private const int MaxTextBytes = 64 * 1024;

    private readonly byte[] _window = new byte[WindowBytes];
    private long _windowStart;
    private int _windowCount;
    private long _position;

    public long Length => length;

    /// <summary>Reads the next field's number and wire type; false at <paramref name="end"/>.</summary>
    public bool NextField(long end, out int field, out int wire)
    {
        (field, wire) = (0, 0);
        if (_position >= end)
        {
            return false;
        }

        var tag = ReadVarint(end);
        (field, wire) = (tag >> 3 <= int.MaxValue ? (int)(tag >> 3) : 0, (int)(tag & 7));
        return field > 0 ? true : throw Damaged();
    }

    public ulong ReadVarint(long end)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte(end);
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    /// <summary>Reads a length and returns where the field ends.</summary>
    public long ReadEnd(long end)
    {
        var size = ReadVarint(end);
        if (size <= (ulong)(end - _position))
        {
            return _position + (long)size;
        }

        throw size <= long.MaxValue / 2 && end == length
            ? file.Refuse($"is cut off: needs {_position + (long)size} bytes, has {length}", FolderFile.DownloadAgain)
            : Damaged();
    }

    public string ReadText(long end)
    {
        var textEnd = ReadEnd(end);
        if (textEnd - _position > MaxTextBytes)
        {
            throw Damaged();
        }

        var bytes = new byte[textEnd - _position];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = ReadByte(textEnd);
        }

        return Encoding.UTF8.GetString(bytes);
    }

    public void Skip(int wire, long end)
    {
        switch (wire)
        {
            case Varint:
                ReadVarint(end);
                break;
            case 1:
                Advance(8, end);
                break;
            case Delimited:
                _position = ReadEnd(end);
                break;
            case 5:
                Advance(4, end);
                break;
            default:
                throw Damaged();
        }
    }

    public ModelFolderException Damaged() =>
        file.Refuse($"is damaged or no ONNX model: nonsense at byte {_position} of {length}", FolderFile.DownloadAgain);

    private void Advance(int count, long end) => _position = end - _position >= count ? _position + count : throw Damaged();

    private byte ReadByte(long end)
    {
        if (_position >= end)
        {
            throw Damaged();
        }

        var index = _position - _windowStart;
        if (index < 0 || index >= _windowCount)
        {
            _windowStart = _position;
            _windowCount = file.Read(handle, _window, _position);
            index = 0;
            if (_windowCount == 0)
            {
                throw Damaged();
            }
        }

        _position++;
        return _window[index];
    }
}
