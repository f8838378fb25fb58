using System.Globalization;

namespace Hybrid.Inference.Folders;

/// <summary>Collects <see cref="OnnxGraphFacts"/> from an <c>.onnx</c> file and checks its external data, reading no weights.</summary>
/// <remarks>Field numbers are those of onnx.proto (onnx/onnx).</remarks>
internal sealed class OnnxGraphReader
{
    private const int MaxSubgraphDepth = 16;

    // A real decoder has a few hundred inputs of at most a few dimensions; these bound what false files can make us hold.
    private const int MaxValues = 65536;
    private const int MaxDimensions = 64;

    private readonly FolderFile _file;
    private readonly ProtoReader _reader;
    private readonly CancellationToken _cancellationToken;
    private readonly Dictionary<string, int> _operators = new(StringComparer.Ordinal);
    private readonly List<OnnxValue> _inputs = [];
    private readonly List<OnnxValue> _outputs = [];
    private readonly Dictionary<string, long> _externalNeeds = new(StringComparer.Ordinal);
    private bool _evicts;

    private OnnxGraphReader(FolderFile file, ProtoReader reader, CancellationToken cancellationToken)
    {
        (_file, _reader, _cancellationToken) = (file, reader, cancellationToken);
    }

    public static OnnxGraphFacts Read(FolderFile file, CancellationToken cancellationToken)
    {
        using var handle = file.Open(out var length);
        if (length == 0)
        {
            throw file.Refuse("has 0 bytes", FolderFile.DownloadAgain);
        }

        var walk = new OnnxGraphReader(file, new ProtoReader(file, handle, length), cancellationToken);
        return walk.ReadModel();
    }

    private OnnxGraphFacts ReadModel()
    {
        var graphs = 0;
        while (_reader.NextField(_reader.Length, out var field, out var wire))
        {
            if (field == 7 && wire == ProtoReader.Delimited)
            {
                graphs++;
                ReadGraph(_reader.ReadEnd(_reader.Length), depth: 0);
            }
            else if (field == 25 && wire == ProtoReader.Delimited)
            {
                ReadFunction(_reader.ReadEnd(_reader.Length));
            }
            else
            {
                _reader.Skip(wire, _reader.Length);
            }
        }

        if (graphs != 1 || _outputs.Count == 0)
        {
            throw _file.Refuse("holds no ONNX graph with outputs", FolderFile.DownloadAgain);
        }

        CheckExternalFiles();
        return new OnnxGraphFacts
        {
            OperatorCounts = _operators,
            Inputs = _inputs,
            Outputs = _outputs,
            ExternalFiles = [.. _externalNeeds.Keys],
            EvictsFromCache = _evicts,
        };
    }

    private void ReadGraph(long end, int depth)
    {
        if (depth > MaxSubgraphDepth)
        {
            throw _reader.Damaged();
        }

        while (_reader.NextField(end, out var field, out var wire))
        {
            _cancellationToken.ThrowIfCancellationRequested();
            switch (field, wire)
            {
                case (1, ProtoReader.Delimited):
                    ReadNode(_reader.ReadEnd(end), depth);
                    break;
                case (5, ProtoReader.Delimited):
                    ReadTensor(_reader.ReadEnd(end));
                    break;
                case (11, ProtoReader.Delimited) when depth == 0:
                    AddValue(_inputs, _reader.ReadEnd(end));
                    break;
                case (12, ProtoReader.Delimited) when depth == 0:
                    AddValue(_outputs, _reader.ReadEnd(end));
                    break;
                case (15, ProtoReader.Delimited):
                    ReadSparseTensor(_reader.ReadEnd(end));
                    break;
                default:
                    _reader.Skip(wire, end);
                    break;
            }
        }
    }

    private void ReadFunction(long end)
    {
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field == 7 && wire == ProtoReader.Delimited)
            {
                ReadNode(_reader.ReadEnd(end), depth: 1);
            }
            else
            {
                _reader.Skip(wire, end);
            }
        }
    }

    private void ReadNode(long end, int depth)
    {
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field == 4 && wire == ProtoReader.Delimited)
            {
                var type = _reader.ReadText(end);
                _operators[type] = _operators.GetValueOrDefault(type) + 1;
            }
            else if (field == 5 && wire == ProtoReader.Delimited)
            {
                ReadAttribute(_reader.ReadEnd(end), depth);
            }
            else
            {
                _reader.Skip(wire, end);
            }
        }
    }

    private void ReadAttribute(long end, int depth)
    {
        var name = "";
        ulong number = 0;
        while (_reader.NextField(end, out var field, out var wire))
        {
            switch (field, wire)
            {
                case (1, ProtoReader.Delimited):
                    name = _reader.ReadText(end);
                    break;
                case (3, ProtoReader.Varint):
                    number = _reader.ReadVarint(end);
                    break;
                case (5 or 10, ProtoReader.Delimited):
                    ReadTensor(_reader.ReadEnd(end));
                    break;
                case (6 or 11, ProtoReader.Delimited):
                    ReadGraph(_reader.ReadEnd(end), depth + 1);
                    break;
                case (22 or 23, ProtoReader.Delimited):
                    ReadSparseTensor(_reader.ReadEnd(end));
                    break;
                default:
                    _reader.Skip(wire, end);
                    break;
            }
        }

        _evicts |= number != 0 && name == "sliding_window_cache";
    }

    private void ReadSparseTensor(long end)
    {
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field is 1 or 2 && wire == ProtoReader.Delimited)
            {
                ReadTensor(_reader.ReadEnd(end));
            }
            else
            {
                _reader.Skip(wire, end);
            }
        }
    }

    private void ReadTensor(long end)
    {
        const ulong External = 1;
        var isExternal = false;
        string? location = null;
        long offset = 0, size = 0;
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field == 13 && wire == ProtoReader.Delimited)
            {
                var (key, value) = ReadPair(_reader.ReadEnd(end));
                switch (key)
                {
                    case "location":
                        location = value;
                        break;
                    case "offset":
                        offset = ByteCount(key, value);
                        break;
                    case "length":
                        size = ByteCount(key, value);
                        break;
                    default:
                        break;
                }
            }
            else if (field == 14 && wire == ProtoReader.Varint)
            {
                isExternal = _reader.ReadVarint(end) == External;
            }
            else
            {
                _reader.Skip(wire, end);
            }
        }

        if (isExternal)
        {
            NeedExternal(location ?? "", offset, size);
        }
    }

    private void NeedExternal(string location, long offset, long size)
    {
        // Some exporters write "./model.onnx.data".
        var name = location.StartsWith("./", StringComparison.Ordinal) ? location[2..] : location;
        if (!FolderFile.IsPlainName(name))
        {
            throw _file.Refuse($"keeps weights in \"{location}\"; only a file in the same folder may hold them", FolderFile.DownloadAgain);
        }

        var needs = offset <= long.MaxValue - size ? offset + size : throw _reader.Damaged();
        _externalNeeds[name] = Math.Max(needs, _externalNeeds.GetValueOrDefault(name));
    }

    private void CheckExternalFiles()
    {
        foreach (var (name, needs) in _externalNeeds)
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var data = new FolderFile(Path.GetDirectoryName(_file.FullPath)!, name);
            if (!data.Exists)
            {
                throw data.Missing($"{_file.Name} keeps its weights there: download it from the same place.");
            }

            using var handle = data.Open(out var has);
            if (has < needs)
            {
                throw data.Refuse($"is cut off: needs {needs} bytes, has {has}", "Download it again, completely.");
            }
        }
    }

    private (string Key, string Value) ReadPair(long end)
    {
        string key = "", value = "";
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field is 1 or 2 && wire == ProtoReader.Delimited)
            {
                var text = _reader.ReadText(end);
                (key, value) = field == 1 ? (text, value) : (key, text);
            }
            else
            {
                _reader.Skip(wire, end);
            }
        }

        return (key, value);
    }

    private long ByteCount(string key, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            ? count
            : throw _file.Refuse($"gives \"{value}\" as the {key} of external data", FolderFile.DownloadAgain);

    private void AddValue(List<OnnxValue> values, long end)
    {
        if (values.Count == MaxValues)
        {
            throw _reader.Damaged();
        }

        values.Add(ReadValue(end));
    }

    private OnnxValue ReadValue(long end)
    {
        var name = "";
        var type = 0;
        IReadOnlyList<long?> dimensions = [];
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field == 1 && wire == ProtoReader.Delimited)
            {
                name = _reader.ReadText(end);
            }
            else if (field == 2 && wire == ProtoReader.Delimited)
            {
                (type, dimensions) = ReadType(_reader.ReadEnd(end));
            }
            else
            {
                _reader.Skip(wire, end);
            }
        }

        return new OnnxValue(name, type, dimensions);
    }

    /// <summary>TypeProto → tensor_type: element type and shape share field numbers 1 and 2.</summary>
    private (int Type, IReadOnlyList<long?> Dimensions) ReadType(long end)
    {
        var type = 0;
        List<long?> dimensions = [];
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field == 1 && wire == ProtoReader.Delimited)
            {
                var tensorEnd = _reader.ReadEnd(end);
                while (_reader.NextField(tensorEnd, out var part, out var partWire))
                {
                    if (part == 1 && partWire == ProtoReader.Varint)
                    {
                        type = (int)Math.Min(_reader.ReadVarint(tensorEnd), int.MaxValue);
                    }
                    else if (part == 2 && partWire == ProtoReader.Delimited)
                    {
                        ReadShape(_reader.ReadEnd(tensorEnd), dimensions);
                    }
                    else
                    {
                        _reader.Skip(partWire, tensorEnd);
                    }
                }
            }
            else
            {
                _reader.Skip(wire, end);
            }
        }

        return (type, dimensions);
    }

    private void ReadShape(long end, List<long?> dimensions)
    {
        while (_reader.NextField(end, out var field, out var wire))
        {
            if (field != 1 || wire != ProtoReader.Delimited)
            {
                _reader.Skip(wire, end);
                continue;
            }

            long? size = null;
            var dimensionEnd = _reader.ReadEnd(end);
            while (_reader.NextField(dimensionEnd, out var part, out var partWire))
            {
                if (part == 1 && partWire == ProtoReader.Varint)
                {
                    size = (long)_reader.ReadVarint(dimensionEnd);
                }
                else
                {
                    _reader.Skip(partWire, dimensionEnd);
                }
            }

            dimensions.Add(dimensions.Count < MaxDimensions ? size : throw _reader.Damaged());
        }
    }
}
