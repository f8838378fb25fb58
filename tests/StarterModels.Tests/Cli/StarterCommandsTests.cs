using System.CommandLine;
using Hybrid.StarterModels.Cli;

namespace Hybrid.StarterModels.Tests.Cli;

public sealed class StarterCommandsTests
{
    [Theory]
    [InlineData("build", "--threads", "0")]
    [InlineData("eval", "--nonsense")]
    [InlineData("train", "--small-seeds", "one")]
    public void Parse_WrongUse_IsAnError(params string[] arguments) =>
        Assert.NotEmpty(StarterCommands.Create(TimeProvider.System).Parse(arguments).Errors);

    [Fact]
    public async Task Eval_NoModels_FailsAndNamesTheFile()
    {
        var (code, _, error) = await RunAsync("eval", "--models", Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString()));

        Assert.Equal(CommandRun.Failed, code);
        Assert.Contains("eval.jsonl", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Train_NoSuchPython_FailsAndSaysWhatToDo()
    {
        var work = Directory.CreateTempSubdirectory("starter-");
        try
        {
            var (code, _, error) = await RunAsync("train", "--work", work.FullName, "--python", "no-such-python");

            Assert.Equal(CommandRun.Failed, code);
            Assert.Contains("--python", error, StringComparison.Ordinal);
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    [Theory]
    [InlineData("build")]
    [InlineData("train")]
    [InlineData("corpus")]
    [InlineData("eval")]
    public async Task Help_EveryCommand_ShowsAnExample(string command)
    {
        var (code, output, _) = await RunAsync(command, "--help");

        Assert.Equal(CommandRun.Done, code);
        Assert.Contains("Example", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await StarterCommands.Create(TimeProvider.System).Parse(arguments)
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
