namespace Hybrid.StarterModels.Corpus;

/// <summary>A component and an event give severity, team and action. Whole pairs of component and event are held out.</summary>
internal sealed class TriageTask : CorpusTask
{
    private readonly TriageText _text;
    private readonly List<Event> _training = [];
    private readonly Dictionary<Split, List<Sample>> _heldOut = new() { [Split.Development] = [], [Split.Test] = [] };
    private readonly Deck<Event> _deck;

    public TriageTask(string name, Difficulty difficulty, TriageText text, ulong worldSeed)
        : base(name, difficulty)
    {
        _text = text;
        var all = (
            from team in text.Components
            from component in team.Value
            from severity in text.Events
            from happening in severity.Value.Names
            let answer = $"severity: {severity.Key}, team: {team.Key}, action: {severity.Value.Action}"
            select new Event(component, happening, answer)).ToList();
        var random = Random64.For(worldSeed, name);
        random.Shuffle(all);
        var test = all.Count / 5;
        var development = all.Count / 16;
        _heldOut[Split.Test].AddRange(all[..test].Select(pair => Ask(pair, random.Pick(text.Templates))));
        _heldOut[Split.Development].AddRange(all[test..(test + development)].Select(pair => Ask(pair, random.Pick(text.Templates))));
        _training.AddRange(all[(test + development)..]);
        _deck = new Deck<Event>(_training);
    }

    public override Sample DrawTraining(Random64 random) => Ask(_deck.Deal(random), random.Pick(_text.Templates));

    public override IReadOnlyList<Sample> HeldOut(Split split) => _heldOut[split];

    private Sample Ask(Event pair, string wording)
    {
        var prompt = wording
            .Replace("{c}", pair.Component, StringComparison.Ordinal)
            .Replace("{C}", Capitalize(pair.Component), StringComparison.Ordinal)
            .Replace("{e}", pair.Happening, StringComparison.Ordinal);
        return new Sample(Name, $"{pair.Component}/{pair.Happening}", wording, prompt, pair.Answer);
    }

    private sealed record Event(string Component, string Happening, string Answer);
}
