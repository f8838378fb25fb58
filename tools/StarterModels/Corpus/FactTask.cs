using System.Globalization;

namespace Hybrid.StarterModels.Corpus;

/// <summary>Facts asked in several wordings. For each fact some wordings, its own, are held out.</summary>
internal sealed class FactTask : CorpusTask
{
    /// <summary>With how many facts the training begins, and how many questions come for each further one. All tasks but the long tails fit into the first.</summary>
    private const int InitialFacts = 120;
    private const int DrawsPerNewFact = 16;

    private readonly GrowingDeck<(Fact Fact, string[] Wordings)> _training;
    private readonly Dictionary<Split, List<Sample>> _heldOut = new() { [Split.Development] = [], [Split.Test] = [] };

    /// <remarks>
    /// <paramref name="wordings"/> have the item at <c>{0}</c>; <paramref name="testWordings"/> of them are kept per fact for the test,
    /// and one more for development.
    /// </remarks>
    public FactTask(
        string name,
        Difficulty difficulty,
        IReadOnlyList<Fact> facts,
        IReadOnlyList<string> wordings,
        int testWordings,
        ulong worldSeed)
        : base(name, difficulty)
    {
        var training = new List<(Fact, string[])>();
        foreach (var fact in facts)
        {
            var order = wordings.ToArray();
            Random64.For(worldSeed, $"{name}/{fact.Item}").Shuffle(order);
            _heldOut[Split.Test].AddRange(order[..testWordings].Select(wording => Ask(fact, wording)));
            _heldOut[Split.Development].Add(Ask(fact, order[testWordings]));
            training.Add((fact, order[(testWordings + 1)..]));
        }

        _training = new GrowingDeck<(Fact, string[])>(training, InitialFacts, DrawsPerNewFact);
        foreach (var (split, samples) in _heldOut)
        {
            Random64.For(worldSeed, $"{name}/{split}").Shuffle(samples);
        }
    }

    public override Sample DrawTraining(Random64 random)
    {
        var (fact, wordings) = _training.Deal(random);
        return Ask(fact, random.Pick(wordings));
    }

    public override IReadOnlyList<Sample> HeldOut(Split split) => _heldOut[split];

    private Sample Ask(Fact fact, string wording) =>
        new(Name, fact.Item, wording, Capitalize(string.Format(CultureInfo.InvariantCulture, wording, fact.Item)), fact.Answer);
}
