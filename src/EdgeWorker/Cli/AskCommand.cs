using System.CommandLine;
using System.Globalization;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Hosting;
using Hybrid.EdgeWorker.Models;

namespace Hybrid.EdgeWorker.Cli;

/// <summary><c>ask</c>: one prompt, answered while somebody waits.</summary>
internal static class AskCommand
{
    private const string Description = """
        Answer one prompt: the answer on standard output as it comes, then route, reason and time on standard error.

          hybrid-edge ask "What does alarm E-104 mean?"
          echo "What does alarm E-104 mean?" | hybrid-edge ask -
          hybrid-edge ask "Hello" --model ~/models/phi-4-mini-cpu-int4
          hybrid-edge ask "Hello" --route cloud
        """;

    public static Command Create(EdgeContext context)
    {
        var prompt = new Argument<string>("PROMPT") { Description = "The prompt; - reads it from standard input." };
        var system = new Option<string?>("--system") { Description = "Instructions in front of the prompt." };
        var model = new Option<string?>("--model") { Description = "A model folder instead of the configured one (Models:Path)." };
        var route = new Option<string?>("--route") { Description = "Name a model instead of letting the router decide: cloud, or the local model's name." };
        var maxTokens = new Option<int?>("--max-tokens") { Description = "The most tokens of the answer." };
        maxTokens.Validators.Add(result =>
        {
            if (result.Tokens.Count == 1 && !(int.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, out var value) && value >= 1))
            {
                result.AddError($"--max-tokens is '{result.Tokens[0].Value}'; it must be a whole number of 1 or more.");
            }
        });
        var command = new Command("ask", Description) { prompt, system, model, route, maxTokens };
        command.SetAction((parsed, cancellationToken) => context.GuardAsync(
            async () =>
            {
                var folder = parsed.GetValue(model);
                var configuration = context.Configure(
                    parsed, ($"{ModelsOptions.SectionName}:{nameof(ModelsOptions.Path)}", folder is null ? null : Path.GetFullPath(folder)));
                EdgeContext.Settings(configuration);
                var text = parsed.GetValue(prompt)!;
                text = text == "-" ? await context.Input.ReadToEndAsync(cancellationToken) : text;
                if (string.IsNullOrWhiteSpace(text))
                {
                    throw new UsageException("The prompt is empty. Give it as an argument, or - to read it from standard input.");
                }

                var messages = new List<PromptMessage> { new(MessageRole.User, text.Trim()) };
                if (parsed.GetValue(system) is { } instructions)
                {
                    messages.Insert(0, new PromptMessage(MessageRole.System, instructions));
                }

                var body = new PromptBody(
                    Messages: messages,
                    Options: parsed.GetValue(maxTokens) is { } most ? new PromptOptions(MaxTokens: most) : null,
                    Model: parsed.GetValue(route),
                    Interactive: true);
                await using var device = await context.ConnectAsync(parsed, configuration, folder is null ? null : model.Name, HostPurpose.Command, cancellationToken);
                return await AskAsync(context, device, body, cancellationToken);
            },
            cancellationToken));
        return command;
    }

    private static async Task<int> AskAsync(EdgeContext context, EdgeDevice device, PromptBody body, CancellationToken cancellationToken)
    {
        PromptView? outcome = null;
        await foreach (var (text, end) in device.StreamAsync(body, cancellationToken))
        {
            await context.Output.WriteAsync((text ?? "").AsMemory(), cancellationToken);
            await context.Output.FlushAsync(cancellationToken);
            outcome = end ?? outcome;
        }

        if (outcome!.State == PromptState.Answered)
        {
            await context.Output.WriteLineAsync();
        }

        await context.Error.WriteLineAsync(Describe(outcome));
        await Pending.SayAsync(context, device, cancellationToken);
        return outcome.State == PromptState.Answered ? ExitCode.Success : ExitCode.Failure;
    }

    private static string Describe(PromptView outcome)
    {
        if (outcome.State != PromptState.Answered)
        {
            return $"{outcome.State} ({outcome.Reason}): {outcome.Error?.Message ?? outcome.Detail}";
        }

        var tokens = outcome.Usage?.OutputTokens ?? 0;
        var milliseconds = outcome.Timings.TotalMs ?? 0;
        var confidence = outcome.Confidence is { } value ? string.Create(CultureInfo.InvariantCulture, $", confidence {value:F3}") : "";
        var cost = outcome.Cost is { } paid ? string.Create(CultureInfo.InvariantCulture, $", {paid.Amount} {paid.Currency}") : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{outcome.Model}: {outcome.Route} ({outcome.Reason}), {tokens} tokens in {milliseconds:F0} ms, {tokens / Math.Max(milliseconds, 1) * 1000:F0} tokens/s{confidence}{cost}");
    }
}
