namespace Hybrid.Messaging.Amqp;

/// <summary>A connection string as the portal gives it, in parts.</summary>
/// <param name="Host">The namespace.</param>
/// <param name="Port">The port, if it names one.</param>
/// <param name="Key">The policy and its key, if it has them.</param>
/// <param name="Signature">A ready token, if it has one instead.</param>
/// <param name="IsEmulator">Whether it is the development emulator's: without TLS.</param>
internal sealed record ServiceBusConnectionString(string Host, int? Port, SharedKey? Key, string? Signature, bool IsEmulator)
{
    /// <summary>Reads one.</summary>
    /// <returns>What is wrong, without the text itself; null if it is in order.</returns>
    public static string? TryRead(string text, out ServiceBusConnectionString? parts)
    {
        parts = null;
        var pairs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // Keys end in '=' themselves: only the first one separates.
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0 || !pairs.TryAdd(part[..at].Trim(), part[(at + 1)..].Trim()))
            {
                return "each of its parts must be NAME=VALUE, each name once";
            }
        }

        if (!pairs.TryGetValue("Endpoint", out var endpoint)
            || !Uri.TryCreate(endpoint, UriKind.Absolute, out var uri) || uri.Scheme != "sb" || uri.Host.Length == 0 || uri.UserInfo.Length > 0)
        {
            return "its Endpoint must be an address as sb://NAME.servicebus.windows.net/";
        }

        if (pairs.ContainsKey("EntityPath"))
        {
            return "it must be the namespace's, without an EntityPath, since several queues are used";
        }

        var key = pairs.GetValueOrDefault("SharedAccessKeyName") is { Length: > 0 } name
            && pairs.GetValueOrDefault("SharedAccessKey") is { Length: > 0 } value ? new SharedKey(name, value) : null;
        var signature = pairs.GetValueOrDefault("SharedAccessSignature") is { Length: > 0 } token ? token : null;
        if (key is null == signature is null)
        {
            return "it must have a SharedAccessKeyName and a SharedAccessKey, or a SharedAccessSignature";
        }

        var emulator = false;
        if (pairs.TryGetValue("UseDevelopmentEmulator", out var flag) && !bool.TryParse(flag, out emulator))
        {
            return "its UseDevelopmentEmulator must be true or false";
        }

        parts = new ServiceBusConnectionString(uri.Host, uri.Port > 0 ? uri.Port : null, key, signature, emulator);
        return null;
    }
}
