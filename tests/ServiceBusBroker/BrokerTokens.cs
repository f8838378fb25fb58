using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hybrid.ServiceBusBroker;

/// <summary>Judges tokens, and issues identity tokens as a tenant would.</summary>
internal sealed class BrokerTokens(BrokerOptions options)
{
    /// <summary>The scope that identity tokens must be made out for.</summary>
    private const string Audience = "https://servicebus.azure.net";

    /// <summary>A token for an identity.</summary>
    public string Issue(DateTimeOffset expiresAt, string audience = Audience)
    {
        var head = Encode("""{"alg":"HS256","typ":"JWT"}""");
        var body = Encode(new JsonObject { ["aud"] = audience, ["exp"] = expiresAt.ToUnixTimeSeconds() }.ToJsonString());
        return $"{head}.{body}.{Sign($"{head}.{body}")}";
    }

    /// <summary>Reads a token.</summary>
    /// <param name="type">What it says to be.</param>
    /// <param name="token">The token.</param>
    /// <param name="audience">What it is shown for.</param>
    /// <returns>When it expires; null if it is not to be believed.</returns>
    public DateTimeOffset? Judge(string? type, string? token, string audience) => (type, token) switch
    {
        ("servicebus.windows.net:sastoken", { } text) => JudgeSas(text, audience),
        ("jwt", { } text) => JudgeIdentity(text),
        _ => null,
    };

    private DateTimeOffset? JudgeSas(string token, string audience)
    {
        const string prefix = "SharedAccessSignature ";
        if (!token.StartsWith(prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = token[prefix.Length..].Split('&').Select(part => part.Split('=', 2)).Where(part => part.Length == 2)
            .ToDictionary(part => part[0], part => part[1], StringComparer.Ordinal);
        if (!parts.TryGetValue("sr", out var resource) || !parts.TryGetValue("sig", out var signature)
            || !parts.TryGetValue("se", out var expiry) || parts.GetValueOrDefault("skn") is not { } name)
        {
            return null;
        }

        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Key), Encoding.UTF8.GetBytes($"{resource}\n{expiry}"));
        return Uri.UnescapeDataString(name) == options.KeyName
            && Uri.UnescapeDataString(signature) == Convert.ToBase64String(expected)
            && audience.StartsWith(Uri.UnescapeDataString(resource), StringComparison.OrdinalIgnoreCase)
                ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(expiry, CultureInfo.InvariantCulture))
                : null;
    }

    private DateTimeOffset? JudgeIdentity(string token)
    {
        if (token.Split('.') is not [var head, var body, var signature] || Sign($"{head}.{body}") != signature)
        {
            return null;
        }

        var claims = JsonNode.Parse(Encoding.UTF8.GetString(Convert.FromBase64String(body)))!;
        return claims["aud"]!.GetValue<string>() == Audience ? DateTimeOffset.FromUnixTimeSeconds(claims["exp"]!.GetValue<long>()) : null;
    }

    private string Sign(string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(options.Key), Encoding.UTF8.GetBytes(text)));

    private static string Encode(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
