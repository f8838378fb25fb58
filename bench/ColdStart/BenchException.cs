namespace Hybrid.ColdStart.Bench;

/// <summary>Nothing could be measured.</summary>
internal sealed class BenchException(string message) : Exception(message);
