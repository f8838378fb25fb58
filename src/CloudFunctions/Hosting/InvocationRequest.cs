using System.Globalization;
using System.Text;
using System.Text.Json;
using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>What the Functions host posts for a message: <c>{"Data":{"BINDING":"…"},"Metadata":{…}}</c>.</summary>
internal static class InvocationRequest
{
    /// <summary>Azure Service Bus, quotas: the longest message id and session id. Nothing longer is ours.</summary>
    private const int MaxIdLength = 128;

    private const int MaxReasonLength = 256;

    /// <summary>A message of a Storage queue; null if this is no invocation with one binding.</summary>
    /// <remarks>
    /// The binding's value is the text as JSON in JSON. Only the data are read: a text's own properties overwrite the host's metadata.
    /// </remarks>
    public static async Task<Delivery?> ReadQueueAsync(Stream body, CancellationToken cancellationToken)
    {
        using var document = await ParseAsync(body, cancellationToken);
        return BindingOf(document) is { } value ? new Delivery(Encoding.UTF8.GetBytes(Decode(value))) : null;
    }

    /// <summary>A message of Service Bus; null if this is no invocation with one binding of bytes.</summary>
    /// <remarks>
    /// The functions ask for <c>dataType: binary</c>, so the value is Base64, and the host adds no property of the body to the metadata.
    /// A body that is no text, which a text binding could not even hand over, comes here like any other.
    /// </remarks>
    public static async Task<Delivery?> ReadServiceBusAsync(Stream body, CancellationToken cancellationToken)
    {
        using var document = await ParseAsync(body, cancellationToken);
        if (BindingOf(document) is not { } value)
        {
            return null;
        }

        var buffer = new byte[(value.Length * 3 / 4) + 3];
        if (!Convert.TryFromBase64String(value, buffer, out var length))
        {
            return null;
        }

        var metadata = document!.RootElement.TryGetProperty("Metadata", out var given) ? given : default;
        return new Delivery(
            buffer.AsMemory(0, length),
            ReasonOf(metadata),
            Text(metadata, "MessageId", MaxIdLength),
            int.TryParse(
                Text(metadata, "DeliveryCount", MaxIdLength), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0,
            Text(metadata, "SessionId", MaxIdLength),
            Text(metadata, "CorrelationId", MaxIdLength));
    }

    private static async Task<JsonDocument?> ParseAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? BindingOf(JsonDocument? document)
    {
        if (document?.RootElement is not { ValueKind: JsonValueKind.Object } root
            || !root.TryGetProperty("Data", out var data)
            || data.ValueKind != JsonValueKind.Object
            || data.GetPropertyCount() != 1)
        {
            return null;
        }

        var binding = data.EnumerateObject().First().Value;
        return binding.ValueKind == JsonValueKind.String ? binding.GetString() : null;
    }

    // The properties in which Service Bus keeps why it, or a receiver, has put a message aside.
    private static DeadLetterReason? ReasonOf(JsonElement metadata)
    {
        foreach (var name in (ReadOnlySpan<string>)["ApplicationProperties", "UserProperties"])
        {
            if (metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty(name, out var properties)
                && Text(properties, "DeadLetterReason", MaxReasonLength) is { } reason)
            {
                return new DeadLetterReason(reason, Text(properties, "DeadLetterErrorDescription", int.MaxValue) ?? "");
            }
        }

        return null;
    }

    /// <summary>
    /// A property as text. The host writes texts as JSON into JSON, numbers as their text, and properties of a message as they are.
    /// </summary>
    private static string? Text(JsonElement from, string name, int maxLength)
    {
        if (from.ValueKind != JsonValueKind.Object || !from.TryGetProperty(name, out var value))
        {
            return null;
        }

        var text = value.ValueKind switch
        {
            JsonValueKind.String => Decode(value.GetString()!),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };
        return text is { Length: > 0 } && text.Length <= maxLength ? text : null;
    }

    // The host writes the text as JSON into JSON. Should a host write it once only, it is the text itself.
    private static string Decode(string value)
    {
        if (!value.StartsWith('"'))
        {
            return value;
        }

        try
        {
            using var inner = JsonDocument.Parse(value);
            return inner.RootElement.GetString()!;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return value;
        }
    }
}
