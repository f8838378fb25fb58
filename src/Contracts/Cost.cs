namespace Hybrid.Contracts;

/// <summary>An amount of money.</summary>
/// <param name="Amount">How much; exact decimal.</param>
/// <param name="Currency">ISO 4217, as <c>USD</c>.</param>
public sealed record Cost(decimal Amount, string Currency);
