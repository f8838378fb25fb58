namespace Hybrid.StarterModels.Corpus;

/// <summary>Components by team and events by severity.</summary>
internal sealed record TriageText(
    IReadOnlyDictionary<string, IReadOnlyList<string>> Components,
    IReadOnlyDictionary<string, TriageEvents> Events,
    IReadOnlyList<string> Templates);
