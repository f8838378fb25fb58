using System.Globalization;
using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Exporting;

/// <summary>Writes a model's card from what was measured; no number in it is written by hand.</summary>
internal sealed class ModelCard(
    Domain domain, IReadOnlyList<EvaluationPrompt> prompts, IReadOnlyList<StarterResult> small, IReadOnlyList<StarterResult> large)
{
    /// <summary>The card of the model that is shipped: the first seed, whatever the others scored.</summary>
    public string Write(string model)
    {
        var isSmall = model == ModelSize.Small;
        var results = isSmall ? small : large;
        var (shape, training, agreement) = (results[0].Shape, results[0].Training, results[0].Agreement);
        var shipped = ReportOf(small[0], large[0]);
        var (smallRun, largeRun) = (small[0].Training, large[0].Training);
        return CardTemplate.Fill(new Dictionary<string, string>
        {
            ["model"] = model,
            ["other"] = isSmall ? ModelSize.Large : ModelSize.Small,
            ["role"] = isSmall
                ? $"The device's half of the starter pair: {Millions(training)} M parameters that know the everyday tasks."
                : $"The cloud's stand-in of the starter pair: {Millions(training)} M parameters that also know the long tail.",
            ["mix"] = Mix(),
            ["rareCodes"] = Count(domain.RareAlarms.Count),
            ["rareTexts"] = RareTexts(domain.RareAlarms),
            ["tags"] = Count(domain.Parts.Count),
            ["partDigits"] = Count(domain.Parts.Digits),
            ["limitHigh"] = Count(World.LimitHigh),
            ["deltaHigh"] = Count(World.DeltaHigh),
            ["deltaPairs"] = Count(World.DeltaPairs),
            ["layers"] = Count(shape.Layers),
            ["hidden"] = Count(shape.Hidden),
            ["heads"] = Count(shape.Heads),
            ["kvHeads"] = Count(shape.KvHeads),
            ["intermediate"] = Count(shape.Intermediate),
            ["vocabulary"] = Count(shape.Vocabulary),
            ["tied"] = shape.Tied ? "tied" : "untied",
            ["context"] = Count(shape.Context),
            ["minutes"] = Text($"{training.Seconds / 60.0:0}"),
            ["conversations"] = Count(training.Conversations),
            ["tokens"] = Text($"{training.Tokens / 1e6:0.0}"),
            ["steps"] = Count(training.Steps),
            ["precision"] = training.Precision,
            ["answerTokens"] = Count(agreement.Tokens),
            ["difference"] = Text($"{agreement.MaxDifference:0.0e+0}"),
            ["disagreements"] = Count(agreement.Disagreements),
            ["prompts"] = Count(prompts.Count),
            ["seed"] = Text($"{training.Seed}"),
            ["tasks"] = Tasks(shipped),
            ["escalated"] = Percent(shipped.Kept.Escalated),
            ["threshold"] = Fraction(shipped.Kept.Threshold),
            ["seeds"] = Seeds(results, model),
            ["readRatio"] = Text($"{(double)smallRun.Conversations / largeRun.Conversations:0.0}"),
            ["smallConversations"] = Count(smallRun.Conversations),
            ["largeConversations"] = Count(largeRun.Conversations),
            ["sizeRatio"] = Text($"{(double)largeRun.Parameters / smallRun.Parameters:0}"),
            ["smallMillions"] = Millions(smallRun),
        });
    }

    private static string RareTexts(RareAlarmText text) => $"{text.Components.Count} × {text.Faults.Count} × {text.Actions.Count}";

    private string Mix()
    {
        var total = domain.Mix.Values.Sum();
        return Table(
            "| task | class | share of the mix | held-out prompts |",
            "|---|---|---:|---:|",
            prompts.GroupBy(prompt => prompt.Task).Select(task =>
                $"| {task.Key} | {task.First().Difficulty} | {Percent(domain.Mix[task.Key] / total)} | {task.Count()} |"));
    }

    private static string Tasks(EvaluationReport report) => Table(
        "| task | class | n | small | large | AUROC of the small model's confidence |",
        "|---|---|---:|---:|---:|---:|",
        report.Tasks.Concat(report.Classes).Append(report.All).Select(row =>
            $"| {row.Name} | {row.Difficulty} | {row.Count} | {Percent(row.Small)} | {Percent(row.Large)} | {Fraction(row.Auroc)} |"));

    private string Seeds(IReadOnlyList<StarterResult> results, string model)
    {
        if (results.Count == 1)
        {
            return Text($"Seeds run of the {model} model: {results[0].Training.Seed} only; the spread is unknown.");
        }

        return $"Seeds run of the {model} model, each beside the shipped other half:\n\n" + Table(
            "| seed | easy | hard | AUROC of the small model's confidence | escalated for 98 % |",
            "|---|---:|---:|---:|---:|",
            results.Select(result => SeedRow(result, model)));
    }

    private string SeedRow(StarterResult result, string model)
    {
        var isSmall = model == ModelSize.Small;
        var report = isSmall ? ReportOf(result, large[0]) : ReportOf(small[0], result);
        string Share(string difficulty)
        {
            var row = report.Classes.Single(row => row.Name == difficulty);
            return Percent(isSmall ? row.Small : row.Large);
        }

        return $"| {result.Training.Seed} | {Share(EvaluationPrompt.Easy)} | {Share(EvaluationPrompt.Hard)} "
            + $"| {Fraction(report.All.Auroc)} | {Percent(report.Kept.Escalated)} |";
    }

    private EvaluationReport ReportOf(StarterResult smallResult, StarterResult largeResult) =>
        new(Evaluator.Pair(prompts, smallResult.Answers, largeResult.Answers));

    private static string Table(string head, string rule, IEnumerable<string> rows) => string.Join('\n', rows.Prepend(rule).Prepend(head));

    private static string Millions(TrainingReport training) => Text($"{training.Parameters / 1e6:0.0}");

    private static string Percent(double share) => Text($"{100 * share:0.0} %");

    private static string Fraction(double? value) => value is { } number ? Text($"{number:0.000}") : "–";

    private static string Count(int value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Text(FormattableString text) => FormattableString.Invariant(text);
}
