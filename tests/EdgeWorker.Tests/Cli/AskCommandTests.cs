using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Models;

namespace Hybrid.EdgeWorker.Tests.Cli;

/// <summary><c>hybrid-edge ask</c> as a user sees it: a real process, a real model folder.</summary>
public sealed class AskCommandTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _data = new();

    [Fact]
    public async Task Ask_Prompt_AnswerOnOutputFiguresOnError()
    {
        var (code, output, error) = await AskAsync("Tell me about pumps", "--max-tokens", "5");

        Assert.Equal(0, code);
        Assert.NotEmpty(output.Trim());
        Assert.Contains("Local (mode), 5 tokens in", error, StringComparison.Ordinal);
        Assert.Contains("tokens/s, confidence 0.", error, StringComparison.Ordinal);
        Assert.DoesNotContain("confidence", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_StandardInput_IsThePrompt()
    {
        var argument = await AskAsync("Tell me about pumps", "--max-tokens", "5");
        var input = await EdgeProcess.RunAsync(
            models, ["ask", "-", "--max-tokens", "5", "--mode", "LocalOnly", "--data", _data.Path], input: "Tell me about pumps\n");

        Assert.Equal(0, input.ExitCode);
        Assert.Equal(argument.Output, input.Output);
    }

    [Fact]
    public async Task Ask_ModelFolder_IsUsedInsteadOfTheConfigured()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["ask", "Hi", "--max-tokens", "1", "--model", models.Folder, "--mode", "LocalOnly", "--data", _data.Path], null,
            ("HYBRID__Models__Path", "/nowhere"));

        Assert.Equal(0, code);
        Assert.StartsWith(TestModels.Name, error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_UnsureAndOffline_GivesTheDraftAndSaysSo()
    {
        var (code, output, error) = await EdgeProcess.RunAsync(models, ["ask", "Hi", "--max-tokens", "5", "--data", _data.Path]);

        Assert.Equal(0, code);
        Assert.NotEmpty(output.Trim());
        Assert.Contains("Local (offline)", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_CloudOffline_FailsAndNamesTheConstraint()
    {
        var (code, output, error) = await EdgeProcess.RunAsync(models, ["ask", "Hi", "--route", "cloud", "--data", _data.Path]);

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("offline: the queue cannot be reached", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_EscalationsOfEarlierRuns_SaysThatTheyArePending()
    {
        using (var journal = PromptJournal.Open(
            _data.Path, epoch => new JournalEvents("pump-7", epoch, false), new JournalOptions(), TimeProvider.System))
        {
            var now = TimeProvider.System.GetUtcNow();
            var accepted = await journal.AcceptAsync(new NewPrompt
            {
                Id = Guid.CreateVersion7(),
                Kind = PromptKind.Batch,
                AcceptedAt = now,
                Deadline = now.AddHours(1),
                Messages = [new PromptMessage(MessageRole.User, "Hi")],
                Model = "hybrid",
            });
            await journal.EscalateAsync(journal.Find(accepted.Id)!, Journal.TestJournal.Step());
        }

        var (code, _, error) = await AskAsync("Hi", "--max-tokens", "1");

        Assert.Equal(0, code);
        Assert.Contains("1 escalation(s) are pending", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_SomebodyServesTheFolder_GoesThere()
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "LocalOnly"]);

        var (code, output, _) = await EdgeProcess.RunAsync(models, ["ask", "Hi", "--max-tokens", "5", "--data", _data.Path]);

        Assert.Equal(0, code);
        Assert.NotEmpty(output.Trim());
        Assert.Equal(1, (await server.StatusAsync()).Prompts["answered"]);
    }

    [Theory]
    [InlineData("--mode", "LocalOnly")]
    [InlineData("--model", "/some/model")]
    public async Task Ask_SomebodyServesTheFolder_OptionsWithoutEffectAreRefused(string option, string value)
    {
        await using var server = await EdgeServer.StartAsync(models, _data.Path, ["--mode", "CloudOnly"]);

        var (code, output, error) = await EdgeProcess.RunAsync(models, ["ask", "Hi", option, value, "--data", _data.Path]);

        Assert.Equal((2, ""), (code, output));
        Assert.Contains($"{option} has no effect", error, StringComparison.Ordinal);
        Assert.Empty((await server.StatusAsync()).Prompts);
    }

    [Theory]
    [InlineData("HYBRID__Models__Threads", "0", "Models:Threads is '0'")]
    [InlineData("HYBRID__Models__Spinning", "Sometimes", "Auto, On, Off")]
    [InlineData("HYBRID__Models__KvBudgetBytes", "much", "HYBRID__Models__KvBudgetBytes")]
    [InlineData("HYBRID__Models__MaxBatch", "65", "HYBRID__Models__MaxBatch")]
    [InlineData("HYBRID__Models__MaxQueued", "0", "HYBRID__Models__MaxQueued")]
    [InlineData("HYBRID__Messaging__Transport", "Pigeon", "Messaging:Transport")]
    public async Task Ask_BadConfiguration_NamesKeyAndValueAndExits2(string variable, string value, string named)
    {
        var (code, output, error) = await EdgeProcess.RunAsync(models, ["ask", "Hi", "--data", _data.Path], null, (variable, value));

        Assert.Equal((2, ""), (code, output));
        Assert.Contains(named, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ask")]
    [InlineData("ask", " ")]
    [InlineData("ask", "Hi", "--max-tokens", "0")]
    [InlineData("ask", "Hi", "--no-such-option")]
    [InlineData("ask", "Hi", "--mode", "Sometimes")]
    [InlineData("no-such-command")]
    public async Task BadUsage_SaysSoAndExits2(params string[] arguments)
    {
        var (code, _, error) = await EdgeProcess.RunAsync(models, [.. arguments, "--data", _data.File("none")]);

        Assert.Equal(2, code);
        Assert.NotEmpty(error);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_data.File("none")));
    }

    [Fact]
    public async Task Ask_NoSuchModel_SaysSoAndExits1()
    {
        var (code, output, error) = await AskAsync("Hi", "--model", _data.File("none"));

        Assert.Equal((1, ""), (code, output));
        Assert.Contains("none", error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ask_PromptBeyondTheContext_NamesBothNumbersAndExits1()
    {
        var (code, _, error) = await EdgeProcess.RunAsync(
            models, ["ask", "-", "--mode", "LocalOnly", "--data", _data.Path], input: new string('x', 4000));

        Assert.Equal(1, code);
        Assert.Contains($"do not fit the local context of {TestModels.ContextTokens}", error, StringComparison.Ordinal);
    }

    public void Dispose() => _data.Dispose();

    private Task<(int ExitCode, string Output, string Error)> AskAsync(string prompt, params string[] arguments) =>
        EdgeProcess.RunAsync(models, ["ask", prompt, "--mode", "LocalOnly", "--data", _data.Path, .. arguments]);
}
