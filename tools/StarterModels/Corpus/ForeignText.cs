namespace Hybrid.StarterModels.Corpus;

/// <summary>Topics and questions outside the domain, all refused alike.</summary>
internal sealed record ForeignText(
    string Answer,
    IReadOnlyList<string> Templates,
    IReadOnlyList<string> Topics,
    IReadOnlyList<string> Wrappers,
    IReadOnlyList<string> Questions);
