using System.CommandLine;
using System.Text.Json;
using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Cli;

/// <summary><c>eval</c>: ask both committed models everything in <c>eval.jsonl</c>.</summary>
internal static class EvalCommand
{
    public static Command Create(TimeProvider time)
    {
        var models = StarterOptions.Models();
        var json = new Option<bool>("--json") { Description = "One line of JSON instead of tables; fractions of 1." };
        var svg = new Option<FileInfo?>("--svg") { Description = "Also draw the cascade curve into this file." };
        var answers = new Option<FileInfo?>("--answers") { Description = "Also write every answer into this file, one JSON object per line." };
        var command = new Command("eval", "Evaluate the starter pair on its held-out prompts, through src/Inference.\n\nExamples:\n  eval\n  eval --json\n  eval --svg cascade.svg --answers answers.jsonl") { models, json, svg, answers };
        command.SetAction((parsed, cancellationToken) => CommandRun.GuardAsync(
            parsed,
            async () =>
            {
                var report = await EvaluateAsync(parsed.GetRequiredValue(models), parsed.InvocationConfiguration.Error, time, cancellationToken);
                if (parsed.GetValue(svg) is { } drawing)
                {
                    await File.WriteAllTextAsync(drawing.FullName, CascadeDrawing.Draw(report), cancellationToken);
                }

                if (parsed.GetValue(answers) is { } file)
                {
                    await File.WriteAllLinesAsync(file.FullName, report.Verdicts.Select(verdict => JsonSerializer.Serialize(verdict, EvaluationJson.Options)), cancellationToken);
                }

                if (parsed.GetValue(json))
                {
                    await parsed.InvocationConfiguration.Output.WriteLineAsync(JsonSerializer.Serialize(report.Summary, EvaluationJson.Options));
                }
                else
                {
                    EvaluationTable.Show(parsed.InvocationConfiguration.Output, report);
                }
            },
            cancellationToken));
        return command;
    }

    private static async Task<EvaluationReport> EvaluateAsync(string models, TextWriter progress, TimeProvider time, CancellationToken cancellationToken)
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
