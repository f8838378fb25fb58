namespace Hybrid.Api.Bench;

/// <summary>One answer, as its caller saw it.</summary>
/// <param name="FirstMs">Milliseconds from the call to the first text.</param>
/// <param name="TotalMs">Milliseconds from the call to the end.</param>
/// <param name="Tokens">Tokens of the answer.</param>
internal sealed record Call(double FirstMs, double TotalMs, long Tokens)
{
    /// <summary>Over the whole answer: what is lost at its end counts too.</summary>
    public double TokensPerSecond => Tokens * 1000 / TotalMs;
}
