namespace Hybrid.Inference.Bench;

/// <summary>A figure, the bound it should keep, and whether it does.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Key">The same in JSON.</param>
/// <param name="Value">The figure.</param>
/// <param name="Unit">Its unit; empty for a ratio.</param>
/// <param name="AtMost">Upper bound, or null.</param>
/// <param name="AtLeast">Lower bound, or null.</param>
internal sealed record Result(string Name, string Key, double Value, string Unit, double? AtMost = null, double? AtLeast = null)
{
    public bool? Holds => AtMost is null && AtLeast is null ? null : Value <= (AtMost ?? double.MaxValue) && Value >= (AtLeast ?? double.MinValue);
}
