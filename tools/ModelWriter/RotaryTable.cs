namespace Hybrid.ModelWriter;

/// <summary>Cosines and sines of every position and rotated pair, [positions, pairs].</summary>
internal sealed class RotaryTable
{
    /// <param name="positions">The number of positions.</param>
    /// <param name="width">The rotated width of a head; half of it is the number of pairs.</param>
    /// <param name="theta">The base of the frequencies.</param>
    /// <param name="factors">Divisors of the frequencies, or null for none.</param>
    /// <param name="magnitude">The multiplier of cosines and sines.</param>
    public RotaryTable(int positions, int width, double theta, IReadOnlyList<float>? factors, double magnitude)
    {
        Positions = positions;
        Pairs = width / 2;
        Cosines = new float[positions * Pairs];
        Sines = new float[positions * Pairs];
        var frequencies = new float[Pairs];
        for (var pair = 0; pair < Pairs; pair++)
        {
            frequencies[pair] = 1f / ((factors?[pair] ?? 1f) * (float)Math.Pow(theta, 2.0 * pair / width));
        }

        // The angle is rounded to single precision first, as in the models' own code, else far positions would drift from it.
        for (var i = 0; i < Cosines.Length; i++)
        {
            var (sine, cosine) = Math.SinCos((float)(i / Pairs) * frequencies[i % Pairs]);
            Cosines[i] = (float)(cosine * magnitude);
            Sines[i] = (float)(sine * magnitude);
        }
    }

    public int Positions { get; }

    public int Pairs { get; }

    public float[] Cosines { get; }

    public float[] Sines { get; }
}
