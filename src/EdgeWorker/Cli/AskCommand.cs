using System.CommandLine;
using System.Globalization;
using Hybrid.EdgeWorker.Models;
using Hybrid.Inference;
using Hybrid.Inference.Answers;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>ask</c>: one prompt, answered by the local model.</summary>
internal static class AskCommand
{
    public static Command Create(Func<string[], IConfiguration> configure, TextWriter output, TextWriter error, TextReader input)
    {
        var prompt = new Argument<string>("PROMPT") { Description = "The prompt; - reads it from standard input." };
        var system = new Option<string?>("--system") { Description = "Instructions in front of the prompt." };
        var model = new Option<string?>("--model") { Description = "A model folder instead of the configured one (Models:Path)." };
        var maxTokens = new Option<int?>("--max-tokens") { Description = "The most tokens of the answer." };
        maxTokens.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !(int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value >= 1))
            {
                result.AddError($"--max-tokens is '{result.Tokens[0].Value}'; it must be a whole number of 1 or more.");
            }
        });
        var command = new Command(
            "ask",
            "Answers one prompt: the answer on standard output as it comes, then speed and confidence on standard error.\n\n" +
            "  hybrid-edge ask \"What does alarm E-104 mean?\"\n" +
            "  echo \"What does alarm E-104 mean?\" | hybrid-edge ask -\n" +
            "  hybrid-edge ask \"Hello\" --model ~/models/phi-4-mini-cpu-int4")
        {
            prompt, system, model, maxTokens,
        };
        command.SetAction(async (result, cancellationToken) =>
        {
            var folder = result.GetValue(model);
            var (options, failures) = ModelsOptionsReader.Read(configure(
                folder is null ? [] : [$"--{ModelsOptions.SectionName}:{nameof(ModelsOptions.Path)}={Path.GetFullPath(folder)}"]));
            if (options is null)
            {
                foreach (var failure in failures)
                {
                    await error.WriteLineAsync(failure);
                }

                return ExitCode.Usage;
            }

            var text = result.GetValue(prompt)!;
            text = text == "-" ? await input.ReadToEndAsync(cancellationToken) : text;
            if (string.IsNullOrWhiteSpace(text))
            {
                await error.WriteLineAsync("The prompt is empty. Give it as an argument, or - to read it from standard input.");
                return ExitCode.Usage;
            }

            return await AnswerAsync(
                options, text.Trim(), new ChatOptions { Instructions = result.GetValue(system), MaxOutputTokens = result.GetValue(maxTokens) }, output, error, cancellationToken);
        });
        return command;
    }

    private static async Task<int> AnswerAsync(
        LocalModelOptions options, string prompt, ChatOptions chat, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        try
        {
            using var model = LocalModel.Load(options, TimeProvider.System, cancellationToken);
            using var client = new LocalChatClient(model, TimeProvider.System);
            AnswerSummary? summary = null;
            await foreach (var update in client.GetStreamingResponseAsync(prompt, chat, cancellationToken))
            {
                await output.WriteAsync(update.Text.AsMemory(), cancellationToken);
                await output.FlushAsync(cancellationToken);
                summary = AnswerSummary.Of(update);
            }

            await output.WriteLineAsync();
            await error.WriteLineAsync(Describe(model.Name, summary!));
            return ExitCode.Success;
        }
        catch (Exception exception) when (exception is
            ModelFolderException or PromptTooLongException or KvBudgetExceededException or InferenceFailedException)
        {
            await error.WriteLineAsync(exception.Message);
            return ExitCode.Failure;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await error.WriteLineAsync("Stopped.");
            return ExitCode.Failure;
        }
    }

    private static string Describe(string model, AnswerSummary summary)
    {
        var total = summary.Waited + summary.Prefill + summary.Decode;
        // The geometric mean of the tokens' probabilities: 1 is certain, whatever the length.
        var confidence = summary.Confidence is { } figures
            ? string.Create(CultureInfo.InvariantCulture, $"confidence {Math.Exp(figures.Mean):F3}, weakest token {Math.Exp(figures.Min):F3}")
            : "no confidence";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{model}: {summary.OutputTokens} tokens in {total.TotalMilliseconds:F0} ms, {summary.TokensPerSecond:F0} tokens/s, {confidence}");
    }
}
