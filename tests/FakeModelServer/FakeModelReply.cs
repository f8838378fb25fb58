using System.Globalization;
using System.Text.Json.Nodes;

namespace Hybrid.FakeModelServer;

/// <summary>What the server does with a call.</summary>
public sealed record FakeModelReply
{
    /// <summary>Tokens that every answer says it read.</summary>
    public const int InputTokens = 40;

    /// <summary>Tokens that every answer says it wrote.</summary>
    public const int OutputTokens = 3;

    /// <summary>The name that every answer gives its model.</summary>
    public const string Model = "fake-large-2026-01-01";

    private FakeModelReply(FakeModelAction action) => Action = action;

    /// <summary>Never answers, until the client goes away or the server stops.</summary>
    public static FakeModelReply Hang { get; } = new(FakeModelAction.Hang);

    /// <summary>Closes the connection without a byte.</summary>
    public static FakeModelReply Cut { get; } = new(FakeModelAction.Cut);

    /// <summary>Closes the connection in the middle of the answer.</summary>
    public static FakeModelReply CutMidway { get; } = new(FakeModelAction.CutMidway) { Body = Completion("Half of it.", "stop") };

    /// <summary>Answers 200 with something that is no JSON.</summary>
    public static FakeModelReply MalformedJson { get; } = new(FakeModelAction.Answer) { Body = "<html>Sign in to the network</html>" };

    /// <summary>Refuses the prompt as Azure OpenAI's content filter does.</summary>
    public static FakeModelReply ContentFilter { get; } = new(FakeModelAction.Answer)
    {
        Status = 400,
        Body = """
            {"error":{"message":"The response was filtered: SECRET","type":null,"param":"prompt","code":"content_filter","status":400,
            "innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}
            """,
    };

    /// <summary>Answers, but the content filter cut the answer off.</summary>
    public static FakeModelReply FilteredAnswer { get; } = new(FakeModelAction.Answer) { Body = Completion("", "content_filter") };

    /// <summary>What is done.</summary>
    public FakeModelAction Action { get; }

    /// <summary>The HTTP status.</summary>
    public int Status { get; private init; } = 200;

    /// <summary>Headers beside the usual ones.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The body.</summary>
    public string Body { get; private init; } = "";

    /// <summary>The answer waits for this.</summary>
    public Task After { get; private init; } = Task.CompletedTask;

    /// <summary>A normal answer.</summary>
    public static FakeModelReply Answer(string text, string finishReason = "stop") =>
        new(FakeModelAction.Answer) { Body = Completion(text, finishReason) };

    /// <summary>The model declines to answer, as OpenAI's models do.</summary>
    public static FakeModelReply Refusal(string words)
    {
        var body = JsonNode.Parse(Completion("", "stop"))!;
        body["choices"]![0]!["message"] = new JsonObject { ["role"] = "assistant", ["content"] = null, ["refusal"] = words };
        return new(FakeModelAction.Answer) { Body = body.ToJsonString() };
    }

    /// <summary>Asks the caller to call a function.</summary>
    /// <param name="id">The call's id.</param>
    /// <param name="function">Its name.</param>
    /// <param name="arguments">Its arguments, as the model would write them.</param>
    public static FakeModelReply ToolCall(string id, string function, string arguments)
    {
        var body = JsonNode.Parse(Completion("", "tool_calls"))!;
        body["choices"]![0]!["message"] = new JsonObject
        {
            ["role"] = "assistant",
            ["content"] = null,
            ["tool_calls"] = new JsonArray(new JsonObject
            {
                ["id"] = id,
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = function, ["arguments"] = arguments },
            }),
        };
        return new(FakeModelAction.Answer) { Body = body.ToJsonString() };
    }

    /// <summary>An answer of one token, with its log-probability and one alternative.</summary>
    /// <param name="token">The token.</param>
    /// <param name="logProbability">Its log-probability.</param>
    /// <param name="other">The alternative.</param>
    public static FakeModelReply LogProb(string token, double logProbability, string other)
    {
        var body = JsonNode.Parse(Completion(token, "stop"))!;
        body["choices"]![0]!["logprobs"] = new JsonObject
        {
            ["content"] = new JsonArray(new JsonObject
            {
                ["token"] = token,
                ["logprob"] = logProbability,
                ["bytes"] = null,
                ["top_logprobs"] = new JsonArray(new JsonObject { ["token"] = other, ["logprob"] = logProbability - 1, ["bytes"] = null }),
            }),
        };
        return new(FakeModelAction.Answer) { Body = body.ToJsonString() };
    }

    /// <summary>A normal answer that comes late.</summary>
    /// <param name="text">The answer.</param>
    /// <param name="signal">The answer waits for this.</param>
    public static FakeModelReply AnswerAfter(string text, Task signal) => Answer(text) with { After = signal };

    /// <summary>429 with one header that says when to come back.</summary>
    /// <param name="header">As <c>Retry-After</c> or <c>retry-after-ms</c>.</param>
    /// <param name="value">Seconds, milliseconds or a date.</param>
    public static FakeModelReply RateLimited(string header = "Retry-After", string value = "0") =>
        Error(429, "rate_limit_exceeded") with { Headers = new Dictionary<string, string> { [header] = value } };

    /// <summary>An error after which the server asks for so much patience that nobody has it: the queue must deliver again.</summary>
    public static FakeModelReply Down(int status) =>
        Error(status, "server_error") with { Headers = new Dictionary<string, string> { ["Retry-After"] = "3600" } };

    /// <summary>An error with a message that must go nowhere.</summary>
    public static FakeModelReply Error(int status, string code) => new(FakeModelAction.Answer)
    {
        Status = status,
        Body = new JsonObject
        {
            ["error"] = new JsonObject
            {
                ["message"] = string.Create(CultureInfo.InvariantCulture, $"Error {status}: SECRET"),
                ["type"] = "invalid_request_error",
                ["code"] = code,
            },
        }.ToJsonString(),
    };

    private static string Completion(string text, string finishReason) => new JsonObject
    {
        ["id"] = "chatcmpl-fake",
        ["object"] = "chat.completion",
        ["created"] = 1_790_000_000,
        ["model"] = Model,
        ["choices"] = new JsonArray(new JsonObject
        {
            ["index"] = 0,
            ["message"] = new JsonObject { ["role"] = "assistant", ["content"] = text },
            ["finish_reason"] = finishReason,
        }),
        ["usage"] = new JsonObject
        {
            ["prompt_tokens"] = InputTokens,
            ["completion_tokens"] = OutputTokens,
            ["total_tokens"] = InputTokens + OutputTokens,
        },
    }.ToJsonString();
}
