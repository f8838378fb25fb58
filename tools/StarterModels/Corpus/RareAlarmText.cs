namespace Hybrid.StarterModels.Corpus;

/// <summary>The words the long tail of alarms is drawn from.</summary>
internal sealed record RareAlarmText(
    int Count,
    string Letters,
    IReadOnlyList<string> Components,
    IReadOnlyList<string> Faults,
    IReadOnlyList<string> Actions);
