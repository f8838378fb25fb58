using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Cli;

/// <summary>Where corpora, checkpoints and weights lie between runs; nothing in it is committed.</summary>
internal sealed class WorkFolder(string path, TextWriter progress)
{
    public string Path { get; } = path;

    /// <summary>Generates the corpus of a seed, always anew: it takes seconds, and the domain may have changed.</summary>
    public async Task<string> CorpusAsync(ulong seed, CancellationToken cancellationToken)
    {
        var folder = System.IO.Path.Combine(Path, $"corpus-seed{seed}");
        await progress.WriteLineAsync($"corpus for seed {seed}: {folder}");
        var world = new World(Domain.Load());
        await Task.Run(() => CorpusFiles.Write(folder, world, seed, TrainingPlan.Conversations(), cancellationToken), cancellationToken);
        return folder;
    }

    /// <summary>Generates the corpus and trains the given models, one after the other.</summary>
    public async Task<IReadOnlyList<TrainingRun>> TrainAsync(
        Trainer trainer, IEnumerable<(string Model, ulong Seed)> wanted, CancellationToken cancellationToken)
    {
        await trainer.RequireTorchAsync(cancellationToken);
        var runs = new List<TrainingRun>();
        foreach (var bySeed in wanted.GroupBy(run => run.Seed))
        {
            var corpus = await CorpusAsync(bySeed.Key, cancellationToken);
            foreach (var (model, seed) in bySeed)
            {
                var run = TrainingRun.Of(model, seed, corpus, Path);
                await trainer.RunAsync(run, cancellationToken);
                runs.Add(run);
            }
        }

        return runs;
    }
}
