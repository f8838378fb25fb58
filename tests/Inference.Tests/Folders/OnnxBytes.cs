using System.Text;

namespace Hybrid.Inference.Tests.Folders;

/// <summary>Writes the few parts of an ONNX file that the folder reader looks at.</summary>
internal static class OnnxBytes
{
    public const int Float = 1;
    public const int Int8 = 3;
    public const int Int64 = 7;
    public const int Float16 = 10;

    public static byte[] Model(params byte[][] graphParts) => [.. Number(1, 10), .. Block(7, Join(graphParts))];

    public static byte[] Node(string type, params byte[][] attributes) =>
        Block(1, Join([Text(1, "x"), Text(2, "y"), Text(4, type), .. attributes.Select(attribute => Block(5, attribute))]));

    public static byte[] IntAttribute(string name, int value) => [.. Text(1, name), .. Number(3, (ulong)value)];

    public static byte[] TensorAttribute(string name, byte[] tensor) => [.. Text(1, name), .. Block(5, tensor)];

    public static byte[] GraphAttribute(string name, params byte[][] graphParts) => [.. Text(1, name), .. Block(6, Join(graphParts))];

    public static byte[] Input(string name, int type, params long?[] shape) => Block(11, Value(name, type, shape));

    public static byte[] Output(string name, int type, params long?[] shape) => Block(12, Value(name, type, shape));

    public static byte[] Initializer(byte[] tensor) => Block(5, tensor);

    public static byte[] InlineTensor(int bytes) => [.. Number(2, Float), .. Text(8, "w"), .. Block(9, new byte[bytes])];

    public static byte[] ExternalTensor(string? location, string? offset, string? length) =>
    [
        .. Text(8, "w"),
        .. Pair("location", location),
        .. Pair("offset", offset),
        .. Pair("length", length),
        .. Number(14, 1),
    ];

    public static byte[] Block(int field, byte[] content) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

    public static byte[] Number(int field, ulong value) => [.. Varint((ulong)field << 3), .. Varint(value)];

    public static byte[] Text(int field, string text) => Block(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Pair(string key, string? value) => value is null ? [] : Block(13, [.. Text(1, key), .. Text(2, value)]);

    private static byte[] Value(string name, int type, long?[] shape)
    {
        var dimensions = Join([.. shape.Select(size => Block(1, size is { } known ? Number(1, (ulong)known) : Text(2, "n")))]);
        return [.. Text(1, name), .. Block(2, Block(1, [.. Number(1, (ulong)type), .. Block(2, dimensions)]))];
    }

    private static byte[] Join(byte[][] parts) => [.. parts.SelectMany(part => part)];

    private static byte[] Varint(ulong value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        return [.. bytes];
    }
}
