using Hybrid.LocalStack.Cli;
using Hybrid.LocalStack.Stack;

namespace Hybrid.LocalStack.Tests;

/// <summary>A stack whose cloud and device are stand-ins; keeper, emulator and command line are the real ones.</summary>
internal sealed class StandIns : IDisposable
{
    private readonly TextWriter _output;
    private readonly string _folder = Directory.CreateTempSubdirectory("hybrid-stack-").FullName;

    public StandIns(string edge = "edge")
    {
        _output = TextWriter.Synchronized(Output);
        var real = StackLayout.OfCheckout();
        var script = Path.Combine(AppContext.BaseDirectory, "standin.cjs");
        Layout = real with
        {
            State = Path.Combine(_folder, "state"),
            Cloud = ["node", script, "cloud", real.Prompts, _folder],
            Edge = ["node", script, edge, real.Prompts, _folder],
        };
    }

    public StackLayout Layout { get; }

    public StringWriter Output { get; } = new();

    public StringWriter Error { get; } = new();

    /// <summary>What was printed so far, also while it runs.</summary>
    public string Text
    {
        get
        {
            // The lock of the synchronized writer.
            lock (_output)
            {
                return Output.ToString();
            }
        }
    }

    public string DemoLog => File.ReadAllText(Path.Combine(Layout.State, "demo", "log.txt"));

    public Task<int> RunAsync(params string[] args) => RunAsync(CancellationToken.None, args);

    public Task<int> RunAsync(CancellationToken cancellationToken, params string[] args) =>
        StackCommand.InvokeAsync(args, Layout, _output, TextWriter.Synchronized(Error), cancellationToken);

    public void Dispose()
    {
        Output.Dispose();
        Error.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
