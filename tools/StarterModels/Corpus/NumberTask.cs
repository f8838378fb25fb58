using System.Globalization;

namespace Hybrid.StarterModels.Corpus;

/// <summary>A question about a reading and a limit. Whole pairs of numbers are held out, whatever the wording.</summary>
internal sealed class NumberTask : CorpusTask
{
    private const int TestShare = 8;
    private const int DevelopmentShare = 2;

    private readonly GaugeText _text;
    private readonly IReadOnlyList<string> _allWordings;
    private readonly Deck<string> _wordings;
    private readonly Func<Random64, (int Reading, int Limit)> _draw;
    private readonly Func<int, int, string> _answer;
    private readonly ulong _worldSeed;

    /// <remarks><paramref name="draw"/> gives a pair from the task's whole range, held out or not.</remarks>
    public NumberTask(
        string name,
        Difficulty difficulty,
        GaugeText text,
        IReadOnlyList<string> wordings,
        Func<Random64, (int Reading, int Limit)> draw,
        Func<int, int, string> answer,
        ulong worldSeed)
        : base(name, difficulty)
    {
        _text = text;
        _allWordings = wordings;
        _wordings = new Deck<string>(wordings);
        _draw = draw;
        _answer = answer;
        _worldSeed = worldSeed;
    }

    public override Sample DrawTraining(Random64 random) => Draw(Split.Training, random);

    public override IReadOnlyList<Sample> HeldOut(Split split)
    {
        var random = Random64.For(_worldSeed, $"{Name}/{split}");
        var seen = new HashSet<string>();
        return [.. Enumerable.Range(0, 4000).Select(_ => Draw(split, random)).Where(sample => seen.Add(sample.Item)).Take(500)];
    }

    /// <summary>The split a pair belongs to, always the same.</summary>
    public Split SplitOf(int reading, int limit) => (Random64.Hash($"{_worldSeed}/{Name}/{reading}/{limit}") % 100) switch
    {
        < TestShare => Split.Test,
        < TestShare + DevelopmentShare => Split.Development,
        _ => Split.Training,
    };

    private Sample Draw(Split split, Random64 random)
    {
        var (reading, limit) = _draw(random);
        while (SplitOf(reading, limit) != split)
        {
            (reading, limit) = _draw(random);
        }

        var wording = split == Split.Training ? _wordings.Deal(random) : random.Pick(_allWordings);
        var prompt = wording
            .Replace("{m}", random.Pick(_text.Machines), StringComparison.Ordinal)
            .Replace("{t}", $"{"PVMTBCFHKR"[random.Below(10)]}-{100 + random.Below(900)}", StringComparison.Ordinal)
            .Replace("{u}", random.Pick(_text.Units), StringComparison.Ordinal)
            .Replace("{a}", reading.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal)
            .Replace("{b}", limit.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        return new Sample(Name, $"{reading}/{limit}", wording, prompt, _answer(reading, limit));
    }
}
