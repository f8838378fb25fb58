using System.Text;
using System.Text.Json;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>What the Functions host posts for a queue message: <c>{"Data":{"BINDING":"…"},"Metadata":{…}}</c>.</summary>
/// <remarks>Only the data are read. The metadata repeat the message's own properties, where a message can overwrite the host's.</remarks>
internal static class InvocationRequest
{
    /// <summary>The message's text; null if this is no invocation with one binding.</summary>
    public static async Task<byte[]?> ReadMessageAsync(Stream body, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(body, cancellationToken: cancellationToken);
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("Data", out var data)
                || data.ValueKind != JsonValueKind.Object
                || data.GetPropertyCount() != 1)
            {
                return null;
            }

            var binding = data.EnumerateObject().First().Value;
            return binding.ValueKind == JsonValueKind.String ? Encoding.UTF8.GetBytes(Decode(binding.GetString()!)) : null;
        }
        catch (JsonException)
        {
            return null;
        }
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
