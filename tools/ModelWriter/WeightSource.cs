namespace Hybrid.ModelWriter;

/// <summary>Gives the weights of a model, one tensor at a time.</summary>
public abstract class WeightSource
{
    /// <summary>Fills a tensor.</summary>
    /// <param name="name">The tensor, named by <see cref="WeightNames"/>.</param>
    /// <param name="shape">Its dimensions: [outputs, inputs] for a matrix.</param>
    /// <param name="destination">Receives the values in row-major order; exactly as long as the dimensions say.</param>
    /// <exception cref="ArgumentException">There is no such tensor, or it has other dimensions.</exception>
    public abstract void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination);
}
