namespace Hybrid.StarterModels.Corpus;

/// <summary>A line of the training corpus: one or two turns, with or without a system text.</summary>
internal sealed record Conversation(string? System, IReadOnlyList<Sample> Turns);
