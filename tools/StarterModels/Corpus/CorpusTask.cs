namespace Hybrid.StarterModels.Corpus;

/// <summary>A kind of question: training samples without end, and a closed list of held-out ones the training never sees.</summary>
internal abstract class CorpusTask(string name, Difficulty difficulty)
{
    public string Name { get; } = name;

    public Difficulty Difficulty { get; } = difficulty;

    public abstract Sample DrawTraining(Random64 random);

    /// <summary>What is kept for <see cref="Split.Development"/> or <see cref="Split.Test"/>, in a fixed order without meaning.</summary>
    public abstract IReadOnlyList<Sample> HeldOut(Split split);

    /// <summary>Writes the first letter large, as at the start of a sentence.</summary>
    protected static string Capitalize(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];
}
