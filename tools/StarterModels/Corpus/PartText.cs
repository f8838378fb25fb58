namespace Hybrid.StarterModels.Corpus;

/// <summary>How many tags there are and how their part numbers look.</summary>
internal sealed record PartText(int Count, string Letters, int Digits);
