using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>What became of the prompts of one kind of outcome.</summary>
/// <param name="Route"><c>local</c>, <c>cloud</c>, <c>failed</c> or <c>expired</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="P50Ms">Half of them took at most so many milliseconds from acceptance to outcome.</param>
/// <param name="P95Ms">Nineteen of twenty took at most so many.</param>
/// <param name="OutputTokens">Tokens written.</param>
/// <param name="Costs">What they cost, by currency.</param>
internal sealed record RunRoute(string Route, int Count, double P50Ms, double P95Ms, long OutputTokens, IReadOnlyList<Cost> Costs);
