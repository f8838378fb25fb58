namespace Hybrid.StarterModels.Corpus;

/// <summary>Something people say to any assistant, and the reply.</summary>
internal sealed record ChatIntent(string Name, string Answer, IReadOnlyList<string> Phrases);
