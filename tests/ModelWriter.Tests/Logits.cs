namespace Hybrid.ModelWriter.Tests;

/// <summary>Compares the logits of several positions.</summary>
internal static class Logits
{
    public static void AssertClose(double[][] expected, float[][] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        var worst = Difference(expected, actual);
        Assert.True(worst <= tolerance, $"The logits differ by {worst:g3}; allowed is {tolerance:g3}.");
    }

    public static double Difference(double[][] expected, float[][] actual) =>
        expected.Zip(actual, (left, right) => left.Zip(right, (a, b) => Math.Abs(a - b)).Max()).Max();
}
