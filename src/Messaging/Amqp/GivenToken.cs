using System.Globalization;

namespace Hybrid.Messaging.Amqp;

/// <summary>The ready token of a connection string; it cannot be renewed.</summary>
/// <param name="token">As <c>SharedAccessSignature sr=…&amp;se=…</c>.</param>
internal sealed class GivenToken(string token) : TokenSource
{
    public override string Type => "servicebus.windows.net:sastoken";

    public override Task<(string Token, DateTimeOffset ExpiresAt)> GetAsync(string audience, CancellationToken cancellationToken)
    {
        var end = token.Split(' ', '&').FirstOrDefault(part => part.StartsWith("se=", StringComparison.Ordinal));
        return Task.FromResult((token, long.TryParse(end.AsSpan(end is null ? 0 : 3), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : DateTimeOffset.MaxValue));
    }
}
