using System.CommandLine;
using Hybrid.LocalStack.Stack;

namespace Hybrid.LocalStack.Cli;

/// <summary><c>reset</c>: forget everything.</summary>
internal static class ResetCommand
{
    public static Command Create(StackLayout layout, TextWriter error)
    {
        var command = new Command("reset", "Delete all state of the stack (in .hybrid/): queues, blobs, the device's journal.");
        command.SetAction((_, cancellationToken) => StackCommand.GuardAsync(
            async () =>
            {
                StackState.Reset(layout.State);
                await error.WriteLineAsync($"What the stack kept in '{layout.State}' is gone.");
                return ExitCode.Success;
            },
            error,
            cancellationToken));
        return command;
    }
}
