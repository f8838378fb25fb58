using Hybrid.ModelWriter;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge ask</c> as a user sees it: a real process, a real model folder.</summary>
public sealed class AskCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hybrid-ask-").FullName;

    public AskCommandTests() => ModelFolderWriter.Write(_folder, ModelShape.Tiny, new RandomWeights(1), SideFiles.TinyByteLevel());

    [Fact]
    public async Task Ask_Prompt_AnswerOnOutputFiguresOnError()
    {
        var (code, output, error) = await EdgeProcess.RunAsync(["ask", "Tell me about pumps", "--model", _folder, "--max-tokens", "5"]);

        Assert.Equal(0, code);
        Assert.NotEmpty(output.Trim());
        Assert.Contains("tokens/s, confidence 0.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("confidence", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_StandardInput_IsThePrompt()
    {
        var argument = await EdgeProcess.RunAsync(["ask", "Tell me about pumps", "--model", _folder, "--max-tokens", "5"]);
        var input = await EdgeProcess.RunAsync(["ask", "-", "--model", _folder, "--max-tokens", "5"], input: "Tell me about pumps\n");

        Assert.Equal(0, input.ExitCode);
        Assert.Equal(argument.Output, input.Output);
    }

    [Fact]
    public async Task Ask_ModelFromTheEnvironment_IsUsed()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(["ask", "Hi", "--max-tokens", "1"], variable: ("HYBRID__Models__Path", _folder));

        Assert.Equal(0, code);
        Assert.StartsWith(Path.GetFileName(_folder), error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HYBRID__Models__Threads", "0", "Models:Threads is '0'")]
    [InlineData("HYBRID__Models__Spinning", "Sometimes", "Auto, On, Off")]
    [InlineData("HYBRID__Models__KvBudgetBytes", "much", "HYBRID__Models__KvBudgetBytes")]
    public async Task Ask_BadConfiguration_NamesKeyAndValueAndExits2(string variable, string value, string named)
    {
        var (code, output, error) = await EdgeProcess.RunAsync(["ask", "Hi", "--model", _folder], variable: (variable, value));

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ask")]
    [InlineData("ask", " ")]
    [InlineData("ask", "Hi", "--max-tokens", "0")]
    [InlineData("ask", "Hi", "--max-tokens", "many")]
    [InlineData("ask", "Hi", "--no-such-option")]
    [InlineData("no-such-command")]
    public async Task BadUsage_SaysSoAndExits2(params string[] arguments)
    {
        var (code, _, error) = await EdgeProcess.RunAsync(arguments);

        Assert.Equal(2, code);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_NoSuchModel_SaysSoAndExits1()
    {
        var (code, output, error) = await EdgeProcess.RunAsync(["ask", "Hi", "--model", Path.Combine(_folder, "none")]);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("none", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_PromptBeyondTheContext_NamesBothNumbersAndExits1()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(["ask", "-", "--model", _folder], input: new string('x', 4000));

        Assert.Equal(1, code);
        Assert.Contains("the model's context holds 512", error, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);
}
