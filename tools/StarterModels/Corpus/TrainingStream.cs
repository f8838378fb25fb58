namespace Hybrid.StarterModels.Corpus;

/// <summary>The endless training corpus of one run: the same seed gives the same conversations in the same order.</summary>
internal sealed class TrainingStream
{
    private const double SystemShare = 0.12;
    private const double SecondTurnShare = 0.05;
    private const double LowerCaseShare = 0.08;
    private const double NoFullStopShare = 0.1;

    private readonly IReadOnlyList<string> _systemTexts;
    private readonly Random64 _random;
    private readonly Deck<CorpusTask> _tasks;

    public TrainingStream(Domain domain, ulong seed)
    {
        var world = new World(domain);
        _systemTexts = domain.SystemTexts;
        _random = Random64.For(seed, "training stream");
        var weights = domain.Mix;
        _tasks = new Deck<CorpusTask>(world.Tasks.SelectMany(task => Enumerable.Repeat(task, (int)Math.Round(weights[task.Name] * 10))));
    }

    public Conversation Next()
    {
        var system = _random.Unit() < SystemShare ? _random.Pick(_systemTexts) : null;
        return _random.Unit() < SecondTurnShare ? new Conversation(system, [Turn(), Turn()]) : new Conversation(system, [Turn()]);
    }

    /// <summary>People write carelessly: some prompts lose their capitals, some the mark at the end.</summary>
    private Sample Turn()
    {
        var sample = _tasks.Deal(_random).DrawTraining(_random);
        var prompt = sample.Prompt;
        if (_random.Unit() < LowerCaseShare)
        {
            prompt = prompt.ToLowerInvariant();
        }

        if (_random.Unit() < NoFullStopShare)
        {
            prompt = prompt.TrimEnd('.', '?', '!');
        }

        return sample with { Prompt = prompt };
    }
}
