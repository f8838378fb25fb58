namespace Hybrid.StarterModels.Corpus;

/// <summary>What fills the wordings of questions about a reading and a limit.</summary>
internal sealed record GaugeText(IReadOnlyList<string> Machines, IReadOnlyList<string> Units);
