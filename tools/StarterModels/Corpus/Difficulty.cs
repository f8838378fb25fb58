namespace Hybrid.StarterModels.Corpus;

/// <summary>Whether both models are meant to master a task, or only the large one.</summary>
internal enum Difficulty
{
    Easy,
    Hard,
}
