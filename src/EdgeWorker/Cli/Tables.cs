using Spectre.Console;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>Tables on any writer; wide and plain where nobody looks at a terminal.</summary>
internal static class Tables
{
    private const int WidthOfFiles = 160;

    public static IAnsiConsole On(TextWriter writer)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(writer) });
        if (!console.Profile.Out.IsTerminal)
        {
            console.Profile.Width = WidthOfFiles;
        }

        return console;
    }
}
