namespace Hybrid.ModelWriter.Tests;

public sealed class Int4QuantizerTests
{
    [Fact]
    public void Quantize_KnownBlock_PacksLowNibbleFirst()
    {
        float[] values = [-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7];
        var packed = new byte[8];
        var scales = new float[1];

        Int4Quantizer.Quantize(values, 16, packed, scales);

        Assert.Equal([0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE], packed);
        Assert.Equal([1f], scales);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    [InlineData(128)]
    public void RoundTrip_RandomValues_StaysWithinAStep(int blockSize)
    {
        var values = Random(4 * 256);
        var restored = values.ToArray();

        Int4Quantizer.RoundTrip(restored, blockSize);

        for (var i = 0; i < values.Length; i++)
        {
            var block = values.Skip(i / blockSize * blockSize).Take(blockSize);
            var step = block.Max(Math.Abs) / 8;
            // Half a step from rounding; a whole one where the opposite of the largest magnitude is cut from +8 to +7.
            var isCut = Math.Abs(values[i]) > 7.5 * step;
            Assert.InRange(Math.Abs(values[i] - restored[i]), 0, (isCut ? 1f : 0.5f) * step * 1.0001f);
        }
    }

    [Fact]
    public void RoundTrip_Twice_ChangesNothing()
    {
        var once = Random(1024);
        Int4Quantizer.RoundTrip(once, 32);
        var twice = once.ToArray();

        Int4Quantizer.RoundTrip(twice, 32);

        Assert.Equal(once, twice);
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1e-40f)]
    public void RoundTrip_NothingToScale_GivesZeros(float value)
    {
        var values = Enumerable.Repeat(value, 32).ToArray();

        Int4Quantizer.RoundTrip(values, 32);

        Assert.All(values, restored => Assert.Equal(0f, restored));
    }

    [Theory]
    [InlineData(64, 24, 32, 2)]
    [InlineData(64, 8, 32, 8)]
    [InlineData(40, 32, 20, 1)]
    [InlineData(64, 32, 31, 2)]
    [InlineData(64, 32, 32, 1)]
    public void Quantize_LengthsDisagree_Throws(int values, int blockSize, int packed, int scales) =>
        Assert.Throws<ArgumentException>(
            () => Int4Quantizer.Quantize(new float[values], blockSize, new byte[packed], new float[scales]));

    private static float[] Random(int count)
    {
        var values = new float[count];
        new RandomWeights(3).Fill("any.weight", [count / 64, 64], values);
        return values;
    }
}
