using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.Inference;
using Microsoft.Extensions.AI;
using ChatCompletionOptions = OpenAI.Chat.ChatCompletionOptions;

namespace Hybrid.CloudFunctions.Models;

/// <summary>A prompt as the large model's client takes it.</summary>
internal static class ModelRequest
{
    /// <summary>Where the OpenAI client looks for strictness, of a schema and of a tool.</summary>
    public const string StrictKey = "strict";

    /// <summary>The conversation.</summary>
    public static IEnumerable<ChatMessage> Messages(EscalationData prompt) => prompt.Messages.Select(Message);

    /// <summary>The options.</summary>
    public static ChatOptions Options(PromptOptions? wishes)
    {
        var options = new ChatOptions
        {
            MaxOutputTokens = wishes?.MaxTokens,
            Temperature = (float?)wishes?.Temperature,
            TopP = (float?)wishes?.TopP,
            // JSON ends by itself; cut off before its end it would be none.
            StopSequences = wishes is { Stop: { Count: > 0 } stop, Json: false } ? [.. stop] : null,
            Seed = wishes?.Seed,
            FrequencyPenalty = (float?)wishes?.FrequencyPenalty,
            PresencePenalty = (float?)wishes?.PresencePenalty,
            ResponseFormat = wishes switch
            {
                { Schema: { } schema } => ChatResponseFormat.ForJsonSchema(schema.Schema, schema.Name, schema.Description),
                { Json: true } => ChatResponseFormat.Json,
                _ => null,
            },
        };
        if (wishes is { OffersTools: true, Tools: { } tools })
        {
            options.Tools = [.. tools.Select(tool => new DeclaredTool(tool))];
            options.AllowMultipleToolCalls = wishes.ParallelToolCalls;
            options.ToolMode = wishes.ToolChoice switch
            {
                "required" => ChatToolMode.RequireAny,
                "function" => ChatToolMode.RequireSpecific(wishes.ToolName!),
                _ => ChatToolMode.Auto,
            };
        }

        if (wishes?.Schema?.Strict is { } strict)
        {
            (options.AdditionalProperties ??= [])[StrictKey] = strict;
        }

        if (wishes?.TopLogProbs is { } top)
        {
            // For a local model; the OpenAI client knows them only by its own options, below.
            (options.AdditionalProperties ??= [])[ChatOptionNames.LogProbabilities] = true;
            options.AdditionalProperties[ChatOptionNames.TopLogProbabilities] = top;
        }

        if (wishes is { TopLogProbs: not null } or { User: not null })
        {
            options.RawRepresentationFactory = _ => new ChatCompletionOptions
            {
                IncludeLogProbabilities = wishes.TopLogProbs is null ? null : true,
                // With 0 some servers refuse the request.
                TopLogProbabilityCount = wishes.TopLogProbs is > 0 and var count ? count : null,
                EndUserId = wishes.User,
            };
        }

        return options;
    }

    private static ChatMessage Message(PromptMessage message)
    {
        if (message.ToolCallId is { } id)
        {
            return new ChatMessage(ChatRole.Tool, [new FunctionResultContent(id, message.Content)]);
        }

        var chat = new ChatMessage(
            message.Role switch
            {
                MessageRole.System => ChatRole.System,
                MessageRole.Assistant => ChatRole.Assistant,
                _ => ChatRole.User,
            },
            message.ToolCalls is null || message.Content.Length > 0 ? message.Content : null)
        {
            AuthorName = message.Name,
        };
        foreach (var call in message.ToolCalls ?? [])
        {
            chat.Contents.Add(new FunctionCallContent(call.Id, call.Name, Arguments(call.Arguments)));
        }

        return chat;
    }

    /// <summary>Models do not always write valid JSON; what is none is passed on as one text, so that the model sees what it had written.</summary>
    private static Dictionary<string, object?> Arguments(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text.Length == 0 ? "{}" : text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                return document.RootElement.EnumerateObject().GroupBy(property => property.Name)
                    .ToDictionary(group => group.Key, object? (group) => group.Last().Value.Clone());
            }
        }
        catch (JsonException)
        {
            // See above.
        }

        return new Dictionary<string, object?> { ["arguments"] = text };
    }
}
