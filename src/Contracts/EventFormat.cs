using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Hybrid.Contracts;

/// <summary>Events to bytes and back, with every rule of the contract checked on the way in. Thread safe.</summary>
public static class EventFormat
{
    /// <summary>Makes an event.</summary>
    /// <param name="id">Stable over redeliveries.</param>
    /// <param name="source">One of <see cref="DeviceSource"/> or <see cref="FunctionSource"/>.</param>
    /// <param name="type">One of <see cref="EventTypes"/>.</param>
    /// <param name="promptId">Becomes the subject.</param>
    /// <param name="time">When it was made.</param>
    /// <param name="data">The data.</param>
    /// <param name="traceParent">The W3C trace context.</param>
    /// <typeparam name="TData">The record that belongs to the type.</typeparam>
    public static HybridEvent<TData> Create<TData>(
        string id, string source, string type, Guid promptId, DateTimeOffset time, TData data, string? traceParent) =>
        new(EventTypes.SpecVersion, id, source, type, promptId.ToString(), time.ToUniversalTime(), EventTypes.JsonContentType, data, traceParent);

    /// <summary>The source of what a device sends.</summary>
    public static string DeviceSource(string deviceId) => $"/devices/{deviceId}";

    /// <summary>The source of what the functions send.</summary>
    public static string FunctionSource(string app) => $"/functions/{app}";

    /// <summary>An event's bytes.</summary>
    public static byte[] Write<TData>(HybridEvent<TData> value) => JsonSerializer.SerializeToUtf8Bytes(value, EnvelopeInfo<TData>());

    /// <summary>An event's data alone, as it lies in a claim.</summary>
    public static byte[] WriteData<TData>(TData data) => JsonSerializer.SerializeToUtf8Bytes(data, DataInfo<TData>());

    /// <summary>Reads the attributes of any event of ours, whatever its type, and leaves the data as it is.</summary>
    /// <exception cref="ContractException">It is no event of ours.</exception>
    public static HybridEvent<JsonElement> ReadEnvelope(ReadOnlySpan<byte> body)
    {
        if (body.Length > Limits.DataBytes)
        {
            throw new ContractException("", $"The event has {body.Length} bytes; at most {Limits.DataBytes} are read.");
        }

        var value = Parse(body, EnvelopeInfo<JsonElement>());
        Require(value.SpecVersion == EventTypes.SpecVersion, "$.specversion", $"specversion is not '{EventTypes.SpecVersion}'.");
        Require(
            value.Type is EventTypes.Escalation or EventTypes.Answer or EventTypes.Result,
            "$.type",
            "type is none of the known event types; the sender may be newer than this program.");
        Require(value.Id.Length is > 0 and <= 128, "$.id", "id must have 1 to 128 characters.");
        Require(value.Data.ValueKind == JsonValueKind.Object, "$.data", "data must be an object.");
        return value;
    }

    /// <summary>Reads the ids that stay in the event also when its data lies in a claim.</summary>
    /// <exception cref="ContractException">An id is missing or malformed.</exception>
    public static ClaimedData ReadIds(HybridEvent<JsonElement> envelope)
    {
        var data = Parse(Encoding.UTF8.GetBytes(envelope.Data.GetRawText()), DataInfo<ClaimedData>());
        Check(data.DeviceId, data.PromptId);
        return data;
    }

    /// <summary>Reads the data of an event, from the event or from its claim.</summary>
    /// <param name="envelope">The event, from <see cref="ReadEnvelope"/>.</param>
    /// <param name="type">The type the caller expects.</param>
    /// <param name="claim">What the claim held, if the event has a <c>dataref</c>.</param>
    /// <exception cref="ContractException">The type is another one, or the data break the contract or differ from the event's ids.</exception>
    public static TData ReadData<TData>(HybridEvent<JsonElement> envelope, string type, ReadOnlyMemory<byte>? claim)
    {
        Require(envelope.Type == type, "$.type", $"type must be {type} on this queue.");
        Require(envelope.DataRef is null == claim is null, "$.dataref", "dataref and claim must come together.");
        var data = Parse(claim is { } bytes ? bytes.Span : Encoding.UTF8.GetBytes(envelope.Data.GetRawText()), DataInfo<TData>());
        var (device, prompt) = data switch
        {
            EscalationData escalation => Check(escalation),
            AnswerData answer => (answer.DeviceId, answer.PromptId),
            ResultData result => (result.DeviceId, result.PromptId),
            _ => throw new NotSupportedException(typeof(TData).Name),
        };
        Check(device, prompt);
        Require(envelope.Subject == prompt.ToString(), "$.subject", "subject must repeat data.promptId.");
        if (claim is not null)
        {
            var ids = ReadIds(envelope);
            Require(ids.DeviceId == device && ids.PromptId == prompt, "$.dataref", "the claim belongs to another prompt.");
        }

        return data;
    }

    /// <summary>Reads data that lie alone, as outcome blobs do.</summary>
    /// <exception cref="ContractException">They break the contract.</exception>
    public static TData ReadDataAlone<TData>(ReadOnlySpan<byte> bytes) => Parse(bytes, DataInfo<TData>());

    /// <summary>Checks a conversation and its options against the limits; devices do so before they accept a prompt.</summary>
    /// <exception cref="ContractException">A limit is passed or a value lies outside its range.</exception>
    public static void Check(IReadOnlyList<PromptMessage> messages, PromptOptions? options)
    {
        Require(messages.Count is > 0 and <= Limits.Messages, "messages", $"messages must hold 1 to {Limits.Messages} messages; it holds {messages.Count}.");
        Require(messages.All(message => message is not null), "messages", "messages holds a null.");
        var bytes = messages.Sum(BytesOf);
        Require(bytes <= Limits.PromptBytes, "messages", $"The messages have {bytes} bytes; at most {Limits.PromptBytes} are accepted.");
        Require(messages.Any(message => message.Content.Length > 0), "messages", "Every message is empty.");
        for (var i = 0; i < messages.Count; i++)
        {
            Check(messages[i], $"messages[{i}]");
        }

        Require(options?.MaxTokens is null or >= 1, "options.maxTokens", $"maxTokens is {options?.MaxTokens}; it must be 1 or more.");
        Require(options?.Temperature is null or (>= 0 and <= 2), "options.temperature", $"temperature is {options?.Temperature}; it must lie in [0, 2].");
        Require(options?.TopP is null or (> 0 and <= 1), "options.topP", $"topP is {options?.TopP}; it must lie in (0, 1].");
        Require(
            options?.Stop is null || (options.Stop.Count <= Limits.StopSequences && options.Stop.All(text => !string.IsNullOrEmpty(text))),
            "options.stop",
            $"stop must hold at most {Limits.StopSequences} texts, none of them empty.");
        if (options is not null)
        {
            CheckAnswer(options);
            CheckTools(options);
            CheckNotes(options);
        }
    }

    private static long BytesOf(PromptMessage message) =>
        Encoding.UTF8.GetByteCount(message.Content)
        + Encoding.UTF8.GetByteCount(message.Name ?? "")
        + Encoding.UTF8.GetByteCount(message.ToolCallId ?? "")
        + (message.ToolCalls?.Sum(call => (long)Encoding.UTF8.GetByteCount(call?.Id + call?.Name + call?.Arguments)) ?? 0);

    private static void Check(PromptMessage message, string field)
    {
        Require(
            message.ToolCalls is null || (message.Role == MessageRole.Assistant && message.ToolCalls.Count <= Limits.ToolCalls && message.ToolCalls.All(call => call is not null)),
            $"{field}.toolCalls",
            $"Only the assistant calls tools, at most {Limits.ToolCalls} at once.");
        Require(
            (message.ToolCallId is null) != (message.Role == MessageRole.Tool),
            $"{field}.toolCallId",
            "A tool's result, and nothing else, names the call it belongs to.");
    }

    private static void CheckAnswer(PromptOptions options)
    {
        Require(
            options.FrequencyPenalty is null or (>= -2 and <= 2), "options.frequencyPenalty",
            $"frequencyPenalty is {options.FrequencyPenalty}; it must lie in [-2, 2].");
        Require(
            options.PresencePenalty is null or (>= -2 and <= 2), "options.presencePenalty",
            $"presencePenalty is {options.PresencePenalty}; it must lie in [-2, 2].");
        Require(
            options.TopLogProbs is null or (>= 0 and <= Limits.TopLogProbs), "options.topLogProbs",
            $"topLogProbs is {options.TopLogProbs}; it must lie in [0, {Limits.TopLogProbs}].");
        Require(
            options.Schema is null || (options.Schema.Schema.ValueKind == JsonValueKind.Object && SizeOf(options.Schema.Schema) <= Limits.SchemaBytes),
            "options.schema",
            $"The schema must be a JSON object of at most {Limits.SchemaBytes} bytes.");
        Require(options.Schema is null || IsText(options.Schema.Schema), "options.schema", "A text in the schema is no valid Unicode.");
        Require(options.Schema is null || IsName(options.Schema.Name), "options.schema.name", NameRule);
    }

    private static void CheckTools(PromptOptions options)
    {
        if (options.Tools is { } tools)
        {
            Require(
                tools.Count <= Limits.Tools && tools.All(tool => tool is not null && IsName(tool.Name)), "options.tools",
                $"tools may hold {Limits.Tools} functions. {NameRule}");
            Require(
                tools.All(tool => tool.Parameters is null or { ValueKind: JsonValueKind.Object })
                    && tools.Sum(tool => (tool.Parameters is { } schema ? SizeOf(schema) : 0) + Encoding.UTF8.GetByteCount(tool.Description ?? "")) <= Limits.SchemaBytes,
                "options.tools",
                $"The parameters of each tool must be a JSON object, and all tools together may have {Limits.SchemaBytes} bytes.");
            Require(tools.All(tool => tool.Parameters is not { } schema || IsText(schema)), "options.tools", "A text in a tool's parameters is no valid Unicode.");
        }

        Require(options.ToolChoice is null or "auto" or "none" or "required" or "function", "options.toolChoice", "toolChoice must be auto, none, required or function.");
        Require(
            options.ToolChoice is null or "none" or "auto" || options.Tools is { Count: > 0 }, "options.toolChoice", "toolChoice needs tools.");
        Require(
            options.ToolChoice == "function" ? options.Tools!.Any(tool => tool.Name == options.ToolName) : options.ToolName is null,
            "options.toolName",
            "toolName must name one of the tools, and goes with the toolChoice function only.");
    }

    private static void CheckNotes(PromptOptions options)
    {
        Require(
            options.User is null or { Length: <= Limits.UserCharacters }, "options.user", $"user may have {Limits.UserCharacters} characters.");
        Require(
            options.Metadata is null || (options.Metadata.Count <= Limits.MetadataEntries
                && options.Metadata.All(note => note.Key.Length <= Limits.MetadataKeyCharacters && note.Value is { Length: <= Limits.MetadataValueCharacters })),
            "options.metadata",
            $"metadata may hold {Limits.MetadataEntries} notes, names of {Limits.MetadataKeyCharacters} and values of {Limits.MetadataValueCharacters} characters.");
    }

    private static int SizeOf(JsonElement element) => Encoding.UTF8.GetByteCount(element.GetRawText());

    /// <summary>Whether every name and text in a value can be read: JSON can write half of a surrogate pair, which is no text.</summary>
    private static bool IsText(JsonElement value)
    {
        try
        {
            return value.ValueKind switch
            {
                JsonValueKind.String => value.GetString() is not null,
                JsonValueKind.Array => value.EnumerateArray().All(IsText),
                JsonValueKind.Object => value.EnumerateObject().All(property => property.Name is not null && IsText(property.Value)),
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private const string NameRule = "Names are made of letters, digits, _ and -, at most 64.";

    private static bool IsName(string? name) =>
        name is { Length: > 0 and <= 64 } && name.All(character => char.IsAsciiLetterOrDigit(character) || character is '_' or '-');

    private static (string Device, Guid Prompt) Check(EscalationData data)
    {
        Check(data.Messages, data.Options);
        return (data.DeviceId, data.PromptId);
    }

    private static void Check(string deviceId, Guid promptId)
    {
        Require(DeviceIds.IsWellFormed(deviceId), "$.data.deviceId", $"deviceId is malformed; it must be {DeviceIds.Rule}.");
        Require(promptId != Guid.Empty, "$.data.promptId", "promptId is all zeros.");
    }

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> info)
    {
        try
        {
            return JsonSerializer.Deserialize(json, info) ?? throw new ContractException("", "The event is null.");
        }
        catch (JsonException exception)
        {
            throw new ContractException(exception.Path ?? "", Describe(exception));
        }
    }

    /// <summary>Messages about syntax quote the text, which may be a prompt's; those about the contract name only fields. The exception itself stays here for the same reason.</summary>
    private static string Describe(JsonException exception) => exception.InnerException is JsonException || exception.GetType() != typeof(JsonException)
        ? $"It is no JSON from line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}."
        : exception.Message;

    private static void Require(bool holds, string field, string message)
    {
        if (!holds)
        {
            throw new ContractException(field, message);
        }
    }

    private static JsonTypeInfo<HybridEvent<TData>> EnvelopeInfo<TData>() => (JsonTypeInfo<HybridEvent<TData>>)HybridJson.Default.GetTypeInfo(typeof(HybridEvent<TData>))!;

    private static JsonTypeInfo<TData> DataInfo<TData>() => (JsonTypeInfo<TData>)HybridJson.Default.GetTypeInfo(typeof(TData))!;
}
