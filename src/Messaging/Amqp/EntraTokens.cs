using Azure.Core;

namespace Hybrid.Messaging.Amqp;

/// <summary>Tokens of this process's identity. The credential caches them and renews them in time.</summary>
/// <param name="credential">The identity.</param>
internal sealed class EntraTokens(TokenCredential credential) : TokenSource
{
    /// <summary>What the identity is asked for (Service Bus, "Authenticate an application with Microsoft Entra ID").</summary>
    public static readonly string[] Scopes = ["https://servicebus.azure.net/.default"];

    public override string Type => "jwt";

    public override async Task<(string Token, DateTimeOffset ExpiresAt)> GetAsync(string audience, CancellationToken cancellationToken)
    {
        var token = await credential.GetTokenAsync(new TokenRequestContext(Scopes), cancellationToken);
        return (token.Token, token.ExpiresOn);
    }
}
