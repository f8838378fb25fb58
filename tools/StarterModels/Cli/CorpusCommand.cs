using System.CommandLine;

namespace Hybrid.StarterModels.Cli;

/// <summary><c>corpus</c>: only generate, to look at.</summary>
internal static class CorpusCommand
{
    private const string Description = """
        Generate corpus, tokenizer and held-out prompts, nothing more.

        Example:
          corpus --seed 7 --work artifacts/starter
        """;

    public static Command Create()
    {
        var work = StarterOptions.Work();
        var seed = new Option<ulong>("--seed") { Description = "Seed of the corpus.", DefaultValueFactory = _ => 1 };
        var command = new Command("corpus", Description) { work, seed };
        command.SetAction((parsed, cancellationToken) => CommandRun.GuardAsync(
            parsed,
            async () =>
            {
                var folder = await new WorkFolder(parsed.GetRequiredValue(work), parsed.InvocationConfiguration.Error)
                    .CorpusAsync(parsed.GetRequiredValue(seed), cancellationToken);
                await parsed.InvocationConfiguration.Output.WriteLineAsync(folder);
            },
            cancellationToken));
        return command;
    }
}
