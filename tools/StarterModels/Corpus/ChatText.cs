namespace Hybrid.StarterModels.Corpus;

/// <summary>Small talk.</summary>
internal sealed record ChatText(IReadOnlyList<string> Wrappers, IReadOnlyList<ChatIntent> Intents);
