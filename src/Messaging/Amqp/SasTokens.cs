using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Hybrid.Messaging.Amqp;

/// <summary>Tokens signed with the key of a shared access policy (Service Bus, "Service Bus access control with Shared Access Signatures").</summary>
/// <param name="key">The policy.</param>
/// <param name="lifetime">How long each is valid.</param>
/// <param name="time">Tells when that is over.</param>
internal sealed class SasTokens(SharedKey key, TimeSpan lifetime, TimeProvider time) : TokenSource
{
    /// <summary>As long as the SDK of Service Bus takes.</summary>
    public static readonly TimeSpan UsualLifetime = TimeSpan.FromMinutes(30);

    public override string Type => "servicebus.windows.net:sastoken";

    public override Task<(string Token, DateTimeOffset ExpiresAt)> GetAsync(string audience, CancellationToken cancellationToken)
    {
        // Whole seconds: that is all the token can say.
        var expiry = (time.GetUtcNow() + lifetime).ToUnixTimeSeconds();
        var resource = Uri.EscapeDataString(audience);
        var signed = HMACSHA256.HashData(
            Encoding.UTF8.GetBytes(key.Value), Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{resource}\n{expiry}")));
        var token = string.Create(
            CultureInfo.InvariantCulture,
            $"SharedAccessSignature sr={resource}&sig={Uri.EscapeDataString(Convert.ToBase64String(signed))}&se={expiry}&skn={Uri.EscapeDataString(key.Name)}");
        return Task.FromResult((token, DateTimeOffset.FromUnixTimeSeconds(expiry)));
    }
}
