using Hybrid.ModelWriter;
using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Exporting;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Cli;

/// <summary>Turns finished training runs into <c>models/starter</c>: folders, cards, evaluation set, curve.</summary>
internal sealed class StarterPair(string output, TextWriter progress, TimeProvider time)
{
    public const string EvaluationFile = "eval.jsonl";
    public const string CurveFile = "cascade.svg";

    /// <returns>The report of the shipped pair: the first seed of each model.</returns>
    public async Task<EvaluationReport> ShipAsync(IReadOnlyList<TrainingRun> runs, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(output);
        File.Copy(Path.Combine(runs[0].CorpusFolder, "test.jsonl"), Path.Combine(output, EvaluationFile), overwrite: true);
        var prompts = await EvaluationJson.ReadPromptsAsync(Path.Combine(output, EvaluationFile), cancellationToken);

        var small = await ExportAllAsync(runs, ModelSize.Small, prompts, cancellationToken);
        var large = await ExportAllAsync(runs, ModelSize.Large, prompts, cancellationToken);
        var card = new ModelCard(Domain.Load(), prompts, small, large);
        foreach (var model in new[] { ModelSize.Small, ModelSize.Large })
        {
            var folder = Path.Combine(output, model);
            await File.WriteAllTextAsync(Path.Combine(folder, "README.md"), card.Write(model), cancellationToken);
            Sha256Sums.Write(folder);
        }

        var report = new EvaluationReport(Evaluator.Pair(prompts, small[0].Answers, large[0].Answers));
        await File.WriteAllTextAsync(Path.Combine(output, CurveFile), CascadeDrawing.Draw(report), cancellationToken);
        return report;
    }

    /// <summary>Exports the runs of one model; the first goes to the output, the others stay beside their weights.</summary>
    private async Task<IReadOnlyList<StarterResult>> ExportAllAsync(
        IReadOnlyList<TrainingRun> runs, string model, IReadOnlyList<EvaluationPrompt> prompts, CancellationToken cancellationToken)
    {
        var results = new List<StarterResult>();
        foreach (var run in runs.Where(run => run.Model == model))
        {
            var folder = results.Count == 0 ? Path.Combine(output, model) : Path.Combine(run.Folder, "onnx");
            results.Add(await ExportAsync(run, folder, prompts, cancellationToken));
        }

        return results;
    }

    private async Task<StarterResult> ExportAsync(
        TrainingRun run, string folder, IReadOnlyList<EvaluationPrompt> prompts, CancellationToken cancellationToken)
    {
        var name = $"{run.Model} {run.Seed}";
        await progress.WriteLineAsync($"[{name}] export to {folder}");
        var weights = TrainedWeights.Read(run.Folder);
        var tokenizer = await File.ReadAllTextAsync(Path.Combine(run.CorpusFolder, "tokenizer.json"), cancellationToken);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        StarterFolder.Write(folder, weights, tokenizer, cancellationToken);
        using var graph = new ExportedGraph(folder);
        var agreement = Agreement.Measure(graph, run.CorpusFolder, run.Folder);
        using var answering = new AnsweringModel(folder, time, cancellationToken);
        var answers = await new Evaluator(progress).JudgeAsync(prompts, answering.AskAsync, name, cancellationToken);
        return new StarterResult(TrainingReport.Read(run.Report), weights.Shape, agreement, answers);
    }
}
