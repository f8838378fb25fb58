namespace Hybrid.Api.Bench;

/// <summary>What is measured.</summary>
/// <param name="Model">A model folder; null for one that is written for the purpose.</param>
/// <param name="Starts">Short answers of each side: one says little, since a start's time varies by more than what is looked for.</param>
/// <param name="Rounds">Whole answers of each side.</param>
/// <param name="Tokens">Tokens of a whole answer.</param>
/// <param name="Threads">Threads for the model; null for all processors.</param>
/// <param name="Folder">Where the journal lies.</param>
internal sealed record BenchPlan(string? Model, int Starts, int Rounds, int Tokens, int? Threads, string Folder);
