namespace Hybrid.StarterModels.Corpus;

/// <summary>Several sources of questions under one name, drawn in equal parts.</summary>
internal sealed class MixedTask(string name, Difficulty difficulty, IReadOnlyList<CorpusTask> parts) : CorpusTask(name, difficulty)
{
    public override Sample DrawTraining(Random64 random) => random.Pick(parts).DrawTraining(random);

    public override IReadOnlyList<Sample> HeldOut(Split split)
    {
        var lists = parts.Select(part => part.HeldOut(split)).ToArray();
        var longest = lists.Max(list => list.Count);
        return [.. Enumerable.Range(0, longest).SelectMany(i => lists.Where(list => i < list.Count).Select(list => list[i]))];
    }
}
