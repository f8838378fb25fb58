using System.Diagnostics;
using Hybrid.Inference.Answers;
using Microsoft.Extensions.AI;

namespace Hybrid.Api.Bench;

/// <summary>Calls the model in this process.</summary>
internal sealed class DirectCaller(IChatClient client)
{
    public async Task<Call> CallAsync(string prompt, int tokens, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        double? first = null;
        AnswerSummary? summary = null;
        await foreach (var update in client.GetStreamingResponseAsync(
            [new ChatMessage(ChatRole.User, prompt)], new ChatOptions { MaxOutputTokens = tokens, Temperature = 0 }, cancellationToken))
        {
            if (first is null && update.Text.Length > 0)
            {
                first = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            summary = AnswerSummary.Of(update) ?? summary;
        }

        return new Call(first ?? 0, Stopwatch.GetElapsedTime(start).TotalMilliseconds, summary!.OutputTokens);
    }
}
