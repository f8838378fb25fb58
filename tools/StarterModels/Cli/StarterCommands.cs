using System.CommandLine;

namespace Hybrid.StarterModels.Cli;

/// <summary>The tool's command line.</summary>
internal static class StarterCommands
{
    public static RootCommand Create(TimeProvider time) =>
        new("Builds and evaluates the starter pair: two small language models of unequal ability. Run it in the repository's root.")
        {
            TrainCommand.Build(time),
            TrainCommand.Train(time),
            CorpusCommand.Create(),
            EvalCommand.Create(time),
        };
}
