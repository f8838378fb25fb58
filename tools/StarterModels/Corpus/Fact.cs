namespace Hybrid.StarterModels.Corpus;

/// <summary>Something to know by heart: what is asked about, and the answer.</summary>
internal sealed record Fact(string Item, string Answer);
