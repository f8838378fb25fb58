using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Exporting;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Tests.Exporting;

public sealed class ModelCardTests
{
    private static readonly EvaluationPrompt[] Prompts =
    [
        new("chat-0", "hello", "a", "chat", EvaluationPrompt.Easy),
        new("chat-1", "bye", "b", "chat", EvaluationPrompt.Easy),
        new("part-0", "V-1?", "c", "part", EvaluationPrompt.Hard),
        new("part-1", "V-2?", "d", "part", EvaluationPrompt.Hard),
    ];

    private static readonly StarterResult Large = Result(ModelSize.Large, 1, true, true, true, true);

    [Fact]
    public void Card_SeveralSeeds_ShowsEachAndShipsTheFirst()
    {
        var first = Result(ModelSize.Small, 1, true, true, false, false);
        var second = Result(ModelSize.Small, 2, true, true, true, false);

        var card = Write(ModelSize.Small, first, second);

        Assert.Contains("| part | hard | 2 | 0.0 % | 100.0 % |", card, StringComparison.Ordinal);
        Assert.Contains("seed 1, chosen beforehand", card, StringComparison.Ordinal);
        Assert.Contains("| 1 | 100.0 % | 0.0 % | 1.000 | 50.0 % |", card, StringComparison.Ordinal);
        Assert.Contains("| 2 | 100.0 % | 50.0 % | 1.000 | 25.0 % |", card, StringComparison.Ordinal);
    }

    [Fact]
    public void Card_OneSeed_SaysTheSpreadIsUnknown()
    {
        var card = Write(ModelSize.Large, Result(ModelSize.Small, 1, true, true, false, false));

        Assert.Contains("the spread is unknown", card, StringComparison.Ordinal);
        Assert.Contains("4.0 M parameters", card, StringComparison.Ordinal);
    }

    private static string Write(string model, params StarterResult[] small) =>
        new ModelCard(Domain.Load(), Prompts, small, [Large]).Write(model);

    private static StarterResult Result(string model, ulong seed, params bool[] right) => new(
        new TrainingReport(
            model, "float32", seed, model == ModelSize.Small ? 300_000 : 4_000_000, 100_000, 3_000, 3_000_000, 600, 0, 0, null,
            new Dictionary<string, double>()),
        TinyRun.Shape,
        new Agreement(40, 2e-6, 0),
        [.. right.Select((isRight, i) => new JudgedAnswer("text", isRight ? -0.1 - (0.01 * i) : -0.9 - (0.01 * i), isRight))]);
}
