using System.CommandLine;
using System.Text.Json;
using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Cli;

/// <summary><c>eval</c>: ask both committed models everything in <c>eval.jsonl</c>.</summary>
internal static class EvalCommand
{
    private const string Description = """
        Evaluate the starter pair on its held-out prompts, through src/Inference.

        Examples:
          eval
          eval --json
          eval --svg cascade.svg --answers answers.jsonl
        """;

    public static Command Create(TimeProvider time)
    {
        var models = StarterOptions.Models();
        var json = new Option<bool>("--json") { Description = "One line of JSON instead of tables; fractions of 1." };
        var svg = new Option<FileInfo?>("--svg") { Description = "Also draw the cascade curve into this file." };
        var answers = new Option<FileInfo?>("--answers") { Description = "Also write every answer into this file, one JSON line each." };
        var command = new Command("eval", Description) { models, json, svg, answers };
        command.SetAction((parsed, cancellationToken) => CommandRun.GuardAsync(
            parsed,
            async () =>
            {
                var report = await EvaluateAsync(
                    parsed.GetRequiredValue(models), parsed.InvocationConfiguration.Error, time, cancellationToken);
                if (parsed.GetValue(svg) is { } drawing)
                {
                    await File.WriteAllTextAsync(drawing.FullName, CascadeDrawing.Draw(report), cancellationToken);
                }

                if (parsed.GetValue(answers) is { } file)
                {
                    var lines = report.Verdicts.Select(verdict => JsonSerializer.Serialize(verdict, EvaluationJson.Options));
                    await File.WriteAllLinesAsync(file.FullName, lines, cancellationToken);
                }

                if (parsed.GetValue(json))
                {
                    var line = JsonSerializer.Serialize(report.Summary, EvaluationJson.Options);
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(line);
                }
                else
                {
                    EvaluationTable.Show(parsed.InvocationConfiguration.Output, report);
                }
            },
            cancellationToken));
        return command;
    }

    private static async Task<EvaluationReport> EvaluateAsync(
        string models, TextWriter progress, TimeProvider time, CancellationToken cancellationToken)
    {
        var prompts = await EvaluationJson.ReadPromptsAsync(Path.Combine(models, StarterPair.EvaluationFile), cancellationToken);
        var evaluator = new Evaluator(progress);
        async Task<IReadOnlyList<JudgedAnswer>> JudgeAsync(string model)
        {
            using var answering = new AnsweringModel(Path.Combine(models, model), time, cancellationToken);
            return await evaluator.JudgeAsync(prompts, answering.AskAsync, model, cancellationToken);
        }

        return new EvaluationReport(Evaluator.Pair(prompts, await JudgeAsync(ModelSize.Small), await JudgeAsync(ModelSize.Large)));
    }
}
