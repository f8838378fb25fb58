namespace Hybrid.StarterModels.Corpus;

/// <summary>Events of one severity.</summary>
internal sealed record TriageEvents(string Action, IReadOnlyList<string> Names);
