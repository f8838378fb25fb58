using System.Text.Json.Nodes;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Makes response objects; the same from a running call as from the journal.</summary>
/// <param name="call">The call.</param>
/// <param name="options">What was asked.</param>
/// <param name="instructions">For this answer alone.</param>
/// <param name="previous">The response it goes on from.</param>
/// <param name="store">Whether it may be referred to later.</param>
internal sealed class ResponseMaker(CallNote call, PromptOptions? options, string? instructions, Guid? previous, bool store)
{
    /// <summary>A response that has no answer yet.</summary>
    public ResponseBody Open(string status) => new()
    {
        Id = ResponseId.Of(call.PromptId),
        CreatedAt = call.Created,
        Status = status,
        Instructions = instructions,
        MaxOutputTokens = options?.MaxTokens,
        Model = call.Model,
        Output = [],
        ParallelToolCalls = options?.ParallelToolCalls ?? true,
        PreviousResponseId = previous is { } id ? ResponseId.Of(id) : null,
        Store = store,
        Temperature = options?.Temperature ?? 1,
        Text = new ResponseText(Format(options?.Schema, options?.Json == true)),
        ToolChoice = options?.ToolChoice == "function"
            ? new JsonObject { ["type"] = "function", ["name"] = options.ToolName }
            : JsonValue.Create(options?.ToolChoice ?? "auto"),
        Tools = new JsonArray([.. (options?.Tools ?? []).Select(Tool)]),
        TopLogprobs = options?.TopLogProbs ?? 0,
        TopP = options?.TopP ?? 1,
        User = options?.User,
        Metadata = options?.Metadata ?? new Dictionary<string, string>(),
    };

    /// <summary>A response with its answer.</summary>
    public ResponseBody Ended(CallAnswer answer)
    {
        var cut = answer.FinishReason switch
        {
            "length" => "max_output_tokens",
            "content_filter" => "content_filter",
            _ => null,
        };
        return Open(cut is null ? ResponseItem.Completed : ResponseItem.Incomplete) with
        {
            IncompleteDetails = cut is null ? null : new ResponseIncomplete(cut),
            Output = Output(answer),
            Usage = ResponseUsage.Of(answer.Usage),
            Hybrid = answer.Hybrid,
        };
    }

    /// <summary>A response without an answer.</summary>
    public ResponseBody Failed(CallFailure failure) => Open("failed") with
    {
        Error = new ResponseError(failure.Status == 429 ? "rate_limit_exceeded" : failure.Status < 500 ? "invalid_prompt" : "server_error", failure.Error.Message),
        Hybrid = new HybridNote(call.PromptId, Reason: failure.Error.Code),
    };

    private List<ResponseItem> Output(CallAnswer answer)
    {
        var output = new List<ResponseItem>();
        var status = answer.FinishReason is "length" or "content_filter" ? ResponseItem.Incomplete : ResponseItem.Completed;
        if (answer.Text.Length > 0 || answer.ToolCalls is null or { Count: 0 })
        {
            output.Add(ResponseItem.Message(call, status, [ResponsePart.Of(answer.Text, LogProbToken.Of(answer.LogProbs ?? []))]));
        }

        output.AddRange((answer.ToolCalls ?? []).Select((wish, index) => ResponseItem.Function(call, index, wish, ResponseItem.Completed)));
        return output;
    }

    private static JsonObject Format(AnswerSchema? schema, bool json)
    {
        if (schema is null)
        {
            return new JsonObject { ["type"] = json ? "json_object" : "text" };
        }

        var format = new JsonObject { ["type"] = "json_schema", ["name"] = schema.Name, ["schema"] = JsonObject.Create(schema.Schema) };
        if (schema.Description is not null)
        {
            format["description"] = schema.Description;
        }

        format["strict"] = schema.Strict ?? false;
        return format;
    }

    private static JsonObject Tool(PromptTool tool) => new()
    {
        ["type"] = "function",
        ["name"] = tool.Name,
        ["description"] = tool.Description,
        ["parameters"] = tool.Parameters is { } parameters ? JsonObject.Create(parameters) : null,
        ["strict"] = tool.Strict ?? false,
    };
}
