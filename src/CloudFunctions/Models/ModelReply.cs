using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.Inference.Answers;
using Microsoft.Extensions.AI;
using OpenAI.Chat;

namespace Hybrid.CloudFunctions.Models;

/// <summary>What a model's reply has beside its text.</summary>
internal static class ModelReply
{
    /// <summary>The tool calls, with their arguments as the model wrote them; null for none.</summary>
    public static IReadOnlyList<PromptToolCall>? ToolCalls(ChatResponse response)
    {
        if (response.RawRepresentation is ChatCompletion { ToolCalls: { Count: > 0 } raw })
        {
            return [.. raw.Take(Limits.ToolCalls).Select(call => new PromptToolCall(call.Id, call.FunctionName, call.FunctionArguments?.ToString() ?? ""))];
        }

        var calls = response.Messages.SelectMany(message => message.Contents).OfType<FunctionCallContent>().Take(Limits.ToolCalls)
            .Select(call => new PromptToolCall(call.CallId, call.Name, Arguments(call.Arguments))).ToList();
        return calls.Count == 0 ? null : calls;
    }

    /// <summary>In which words the model declined to answer; null where it did not.</summary>
    public static string? Refusal(ChatResponse response)
    {
        // OpenAI's message.refusal, as Microsoft.Extensions.AI gives it.
        var words = string.Concat(response.Messages.SelectMany(message => message.Contents).OfType<ErrorContent>()
            .Where(error => error.ErrorCode == nameof(ChatCompletion.Refusal)).Select(error => error.Message));
        return words.Length == 0 ? null : words;
    }

    /// <summary>The tokens with their log-probabilities, as many as are kept; null where the provider gave none.</summary>
    public static IReadOnlyList<TokenProbability>? LogProbs(ChatResponse response)
    {
        var tokens = response.RawRepresentation is ChatCompletion completion
            ? completion.ContentTokenLogProbabilities.Select(token => new TokenProbability(
                BytesOf(token.Token, token.Utf8Bytes),
                token.LogProbability,
                [.. token.TopLogProbabilities.Select(top => new TokenProbability(BytesOf(top.Token, top.Utf8Bytes), top.LogProbability))]))
            : AnswerSummary.Of(response) is { } summary
                ? summary.Tokens.Select(token => Of(token) with { Top = [.. token.Top.Select(Of)] })
                : [];
        var left = Limits.LogProbEntries;
        var kept = tokens.TakeWhile(token => (left -= 1 + (token.Top?.Count ?? 0)) >= 0).ToList();
        return kept.Count == 0 ? null : kept;
    }

    private static TokenProbability Of(TokenLogProbability token) => new(token.Bytes.ToArray(), token.LogProbability);

    private static byte[] BytesOf(string token, ReadOnlyMemory<byte>? bytes) =>
        bytes is { IsEmpty: false } known ? known.ToArray() : System.Text.Encoding.UTF8.GetBytes(token);

    private static string Arguments(IDictionary<string, object?>? arguments)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in arguments ?? new Dictionary<string, object?>())
            {
                writer.WritePropertyName(name);
                if (value is JsonElement element)
                {
                    element.WriteTo(writer);
                }
                else
                {
                    writer.WriteStringValue(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture));
                }
            }

            writer.WriteEndObject();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
