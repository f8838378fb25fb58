using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>Talks to a device as an OpenAI client does, and plays the cloud.</summary>
internal static class OpenAIDevice
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Sends JSON and reads JSON.</summary>
    public static async Task<Reply> AskAsync(
        this TestDevice device, string path, string? json, params (string Name, string Value)[] headers)
    {
        using var request = Request(path, json, headers);
        using var response = await device.Http.SendAsync(request, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        return new Reply(
            response.StatusCode,
            response.Headers.Concat(response.Content.Headers).ToDictionary(header => header.Key, header => string.Join(",", header.Value), StringComparer.OrdinalIgnoreCase),
            text.StartsWith('{') ? JsonDocument.Parse(text).RootElement : default);
    }

    /// <summary>Sends JSON and reads a stream.</summary>
    public static async IAsyncEnumerable<StreamItem> StreamAsync(
        this TestDevice device, string path, string json, (string Name, string Value)[]? headers = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var request = Request(path, json, headers ?? []);
        using var response = await device.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(content).EnumerateAsync(cancellationToken))
        {
            yield return new StreamItem(item.EventType, item.Data);
        }
    }

    /// <summary>Answers a prompt in the cloud's place.</summary>
    public static Task<CloudVerdict> AnswerFromCloudAsync(
        this TestDevice device, Guid id, string text = "from the cloud", IReadOnlyList<PromptToolCall>? calls = null) =>
        device.SettleFromCloudAsync(id, PromptState.Answered, text, null, calls);

    /// <summary>Fails a prompt in the cloud's place.</summary>
    public static Task<CloudVerdict> FailFromCloudAsync(this TestDevice device, Guid id, ReasonCode reason, string code) =>
        device.SettleFromCloudAsync(id, PromptState.Failed, null, (reason, code), null);

    /// <summary>The one prompt that is open and has escalated.</summary>
    public static async Task<PromptRecord> OneEscalatedAsync(this TestDevice device)
    {
        await Eventually.HoldsAsync(() => device.Journal.List(PromptState.Escalated, 2).Count == 1);
        return device.Journal.List(PromptState.Escalated, 1)[0];
    }

    private static Task<CloudVerdict> SettleFromCloudAsync(
        this TestDevice device, Guid id, PromptState state, string? text, (ReasonCode Reason, string Code)? failure, IReadOnlyList<PromptToolCall>? calls)
    {
        var answer = new AnswerData(
            id, TestDevice.Id, device.Journal.Epoch, state == PromptState.Answered ? CloudOutcome.Answered : CloudOutcome.Failed, text, "large",
            new TokenUsage(7, 3), null, calls is null ? "stop" : "tool_calls", ToolCalls: calls);
        return device.Journal.SettleFromCloudAsync($"answer-{id:N}", answer, prompt => new Settlement
        {
            State = state,
            Route = state == PromptState.Answered ? PromptRoute.Cloud : null,
            Reason = failure?.Reason ?? prompt.Reason!.Value,
            Answer = answer.Text,
            Model = answer.Model,
            Usage = answer.Usage,
            FinishReason = answer.FinishReason,
            Error = failure is { Code: var code } ? new OutcomeError(code, "It cannot be answered.") : null,
            Parts = new AnswerParts(calls, null),
        });
    }

    private static HttpRequestMessage Request(string path, string? json, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(json is null ? HttpMethod.Get : HttpMethod.Post, $"v1/{path}");
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return request;
    }
}
