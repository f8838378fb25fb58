using System.Runtime.InteropServices;
using System.Text;

namespace Hybrid.ModelWriter.Tests;

public sealed class SafetensorsWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string FilePath => Path.Combine(_folder.Path, "weights.safetensors");

    [Fact]
    public void Fill_EachType_GivesValues()
    {
        WriteFile(
            """
            {"__metadata__":{"format":"pt"},
             "a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},
             "b":{"dtype":"F16","shape":[2],"data_offsets":[16,20]},
             "c":{"dtype":"BF16","shape":[2],"data_offsets":[20,24]}}
            """,
            [
                .. MemoryMarshal.AsBytes<float>([1f, -2f, 3.5f, 0.25f]),
                .. MemoryMarshal.AsBytes<Half>([(Half)1.5f, (Half)(-4f)]),
                0x80, 0x3F, 0x20, 0xC1,
            ]);
        using var weights = new SafetensorsWeights(FilePath);

        Assert.Equal([1f, -2f, 3.5f, 0.25f], Fill(weights, "a", 2, 2));
        Assert.Equal([1.5f, -4f], Fill(weights, "b", 2));
        Assert.Equal([1f, -10f], Fill(weights, "c", 2));
    }

    [Theory]
    [InlineData("b", new[] { 2, 2 }, "no tensor 'b'")]
    [InlineData("a", new[] { 4 }, "is [2, 2]; the shape asks for [4]")]
    public void Fill_NoSuchTensor_SaysWhy(string name, int[] shape, string reason)
    {
        WriteFile("""{"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}}""", new byte[16]);
        using var weights = new SafetensorsWeights(FilePath);

        var exception = Assert.Throws<ArgumentException>(() => Fill(weights, name, shape));

        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("short")]
    [InlineData("eight bytes and a text that is no header at all")]
    public void Open_OtherFile_Throws(string content)
    {
        File.WriteAllText(FilePath, content);

        Assert.Throws<InvalidDataException>(() => new SafetensorsWeights(FilePath));
    }

    public void Dispose() => _folder.Dispose();

    private static float[] Fill(SafetensorsWeights weights, string name, params int[] shape)
    {
        var values = new float[shape.Aggregate(1, (product, dimension) => product * dimension)];
        weights.Fill(name, shape, values);
        return values;
    }

    private void WriteFile(string header, byte[] data)
    {
        var text = Encoding.UTF8.GetBytes(header);
        File.WriteAllBytes(FilePath, [.. BitConverter.GetBytes((long)text.Length), .. text, .. data]);
    }
}
