using System.Globalization;

namespace Hybrid.StarterModels.Corpus;

/// <summary>All tasks of a <see cref="Domain"/>, with their facts drawn and their held-out combinations fixed.</summary>
internal sealed class World
{
    /// <summary>The largest number <c>limit</c> compares.</summary>
    public const int LimitHigh = 99;

    /// <summary>The largest reading <c>delta</c> subtracts from.</summary>
    public const int DeltaHigh = 999;

    /// <summary>How many pairs <c>delta</c> can ask about.</summary>
    public const int DeltaPairs = (DeltaHigh - LargestDelta - DeltaLow + 1) * (LargestDelta - SmallestDelta + 1);

    private const int DeltaLow = 100;
    private const int SmallestDelta = 10;
    private const int LargestDelta = 99;
    private const int LimitLow = 10;

    /// <summary>Common alarms occupy the first hundred of letter E; the tail never uses it.</summary>
    private const int FirstCommonCode = 101;
    private const int FirstRareCode = 200;

    public World(Domain domain)
    {
        Domain = domain;
        Tasks =
        [
            Chat(), Foreign(), CommonAlarms(), Limit(), new TriageTask("triage", Difficulty.Easy, domain.Triage, domain.WorldSeed),
            RareAlarms(), Parts(), Delta(),
        ];
        var known = Tasks.Select(task => task.Name).Order().ToArray();
        if (!known.SequenceEqual(domain.Mix.Keys.Order()) || !known.SequenceEqual(domain.Evaluation.Keys.Order()))
        {
            throw new InvalidOperationException(
                $"domain.json must name exactly these tasks under mix and evaluation: {string.Join(", ", known)}.");
        }
    }

    public Domain Domain { get; }

    public IReadOnlyList<CorpusTask> Tasks { get; }

    /// <summary>The held-out prompts of a split: as many per task as <paramref name="counts"/> says.</summary>
    public IReadOnlyList<Sample> HeldOut(Split split, Func<string, int> counts) =>
        [.. Tasks.SelectMany(task => Enough(task, task.HeldOut(split), counts(task.Name)))];

    private static IEnumerable<Sample> Enough(CorpusTask task, IReadOnlyList<Sample> samples, int count) => samples.Count >= count
        ? samples.Take(count)
        : throw new InvalidOperationException(
            $"Task {task.Name} holds out {samples.Count} prompts; {count} are wanted. Lower the number in domain.json or add items.");

    private FactTask Chat() => new(
        "chat",
        Difficulty.Easy,
        [.. Domain.Chat.Intents.SelectMany(intent => intent.Phrases.Select(phrase => new Fact(phrase, intent.Answer)))],
        Domain.Chat.Wrappers,
        testWordings: 2,
        Domain.WorldSeed);

    private MixedTask Foreign() => new(
        "ood",
        Difficulty.Easy,
        [
            new FactTask("ood", Difficulty.Easy, Refuse(Domain.Ood.Topics), Domain.Ood.Templates, testWordings: 2, Domain.WorldSeed),
            new FactTask("ood", Difficulty.Easy, Refuse(Domain.Ood.Questions), Domain.Ood.Wrappers, testWordings: 2, Domain.WorldSeed),
        ]);

    private IReadOnlyList<Fact> Refuse(IReadOnlyList<string> items) => [.. items.Select(item => new Fact(item, Domain.Ood.Answer))];

    private FactTask CommonAlarms() => new(
        "alarm_common",
        Difficulty.Easy,
        [.. Domain.CommonAlarms.Select((text, i) => new Fact($"E-{FirstCommonCode + i}", text))],
        Domain.AlarmTemplates,
        testWordings: 4,
        Domain.WorldSeed);

    private FactTask RareAlarms()
    {
        var random = Random64.For(Domain.WorldSeed, "rare alarms");
        var text = Domain.RareAlarms;
        var facts = Names(text.Letters, FirstRareCode, text.Count, random)
            .Select(code => new Fact(code, $"{random.Pick(text.Components)} {random.Pick(text.Faults)}. {random.Pick(text.Actions)}."));
        return new FactTask("alarm_rare", Difficulty.Hard, [.. facts], Domain.AlarmTemplates, testWordings: 1, Domain.WorldSeed);
    }

    private FactTask Parts()
    {
        var random = Random64.For(Domain.WorldSeed, "parts");
        var facts = Names(Domain.Parts.Letters, first: 100, Domain.Parts.Count, random)
            .Select(tag => new Fact(tag, $"Part {string.Concat(Enumerable.Range(0, Domain.Parts.Digits).Select(_ => random.Below(10)))}."));
        return new FactTask("part", Difficulty.Hard, [.. facts], Domain.PartTemplates, testWordings: 1, Domain.WorldSeed);
    }

    /// <summary>Distinct names such as <c>F-382</c>, drawn without order or rule.</summary>
    private static IReadOnlyList<string> Names(string letters, int first, int count, Random64 random)
    {
        var all = letters.SelectMany(letter => Enumerable.Range(first, 1000 - first).Select(number => $"{letter}-{number}")).ToList();
        if (count > all.Count)
        {
            throw new InvalidOperationException(
                $"domain.json asks for {count} names; the letters {letters} allow {all.Count}. Add letters or lower the count.");
        }

        random.Shuffle(all);
        return all[..count];
    }

    private NumberTask Limit() => new(
        "limit",
        Difficulty.Easy,
        Domain.Gauges,
        Domain.LimitTemplates,
        random => (random.Below(LimitHigh - LimitLow + 1) + LimitLow, random.Below(LimitHigh - LimitLow + 1) + LimitLow),
        (reading, limit) => reading.CompareTo(limit) switch
        {
            > 0 => string.Create(CultureInfo.InvariantCulture, $"{reading} > {limit}, over the limit."),
            < 0 => string.Create(CultureInfo.InvariantCulture, $"{reading} < {limit}, within the limit."),
            _ => string.Create(CultureInfo.InvariantCulture, $"{reading} = {limit}, at the limit."),
        },
        Domain.WorldSeed);

    private NumberTask Delta() => new(
        "delta",
        Difficulty.Hard,
        Domain.Gauges,
        Domain.DeltaTemplates,
        random =>
        {
            var limit = DeltaLow + random.Below(DeltaHigh - LargestDelta - DeltaLow + 1);
            return (limit + SmallestDelta + random.Below(LargestDelta - SmallestDelta + 1), limit);
        },
        (reading, limit) => string.Create(CultureInfo.InvariantCulture, $"{reading} - {limit} = {reading - limit} over."),
        Domain.WorldSeed);
}
