using System.CommandLine;
using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Cli;

/// <summary><c>train</c> and, with export and evaluation after it, <c>build</c>.</summary>
internal sealed class TrainCommand
{
    private const string TrainDescription = """
        Generate the corpus and train, nothing more. An interrupted training continues from its last checkpoint.

        Examples:
          train --small-seeds 1 2 3 --large-seeds 1
          train --only large --large-seeds 2 --python /usr/bin/python3
        """;

    private const string BuildDescription = """
        Make the starter pair: corpus, tokenizer, training, ONNX export, evaluation, model cards.

        Examples:
          build
          build --small-seeds 1 2 3 --python /usr/bin/python3
        """;

    private readonly Option<string> _work = StarterOptions.Work();
    private readonly Option<string> _models = StarterOptions.Models();
    private readonly Option<string> _python = StarterOptions.Python();
    private readonly Option<int> _threads = StarterOptions.Threads();
    private readonly Option<ulong[]> _smallSeeds = StarterOptions.Seeds("--small-seeds", ModelSize.Small);
    private readonly Option<ulong[]> _largeSeeds = StarterOptions.Seeds("--large-seeds", ModelSize.Large);
    private readonly Option<string?> _only = new("--only") { Description = "Train this model alone: small or large." };

    private TrainCommand()
    {
        _only.AcceptOnlyFromAmong(ModelSize.Small, ModelSize.Large);
    }

    public static Command Train(TimeProvider time)
    {
        var options = new TrainCommand();
        var command = new Command("train", TrainDescription)
        {
            options._only, options._work, options._python, options._threads, options._smallSeeds, options._largeSeeds,
        };

        command.SetAction((parsed, cancellationToken) => CommandRun.GuardAsync(
            parsed, () => options.TrainAsync(parsed, time, cancellationToken), cancellationToken));
        return command;
    }

    public static Command Build(TimeProvider time)
    {
        var options = new TrainCommand();
        var command = new Command("build", BuildDescription)
        {
            options._models, options._work, options._python, options._threads, options._smallSeeds, options._largeSeeds,
        };

        command.SetAction((parsed, cancellationToken) => CommandRun.GuardAsync(
            parsed,
            async () =>
            {
                var runs = await options.TrainAsync(parsed, time, cancellationToken);
                var pair = new StarterPair(parsed.GetRequiredValue(options._models), parsed.InvocationConfiguration.Error, time);
                var report = await pair.ShipAsync(runs, cancellationToken);
                EvaluationTable.Show(parsed.InvocationConfiguration.Output, report);
            },
            cancellationToken));
        return command;
    }

    private Task<IReadOnlyList<TrainingRun>> TrainAsync(ParseResult parsed, TimeProvider time, CancellationToken cancellationToken)
    {
        var wanted = parsed.GetRequiredValue(_smallSeeds).Select(seed => (ModelSize.Small, seed))
            .Concat(parsed.GetRequiredValue(_largeSeeds).Select(seed => (ModelSize.Large, seed)))
            .Where(run => parsed.GetValue(_only) is not { } only || run.Item1 == only);
        var progress = parsed.InvocationConfiguration.Error;
        var trainer = new Trainer(parsed.GetRequiredValue(_python), parsed.GetRequiredValue(_threads), progress, time);
        return new WorkFolder(parsed.GetRequiredValue(_work), progress).TrainAsync(trainer, wanted, cancellationToken);
    }
}
