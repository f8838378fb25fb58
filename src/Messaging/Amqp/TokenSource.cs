namespace Hybrid.Messaging.Amqp;

/// <summary>Makes the tokens that <c>$cbs</c> wants. Thread safe.</summary>
internal abstract class TokenSource
{
    /// <summary>What kind of token it makes, by the name <c>$cbs</c> has for it.</summary>
    public abstract string Type { get; }

    /// <summary>A token for an audience.</summary>
    /// <param name="audience">As <c>sb://HOST/queue</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The token, and when it expires.</returns>
    public abstract Task<(string Token, DateTimeOffset ExpiresAt)> GetAsync(string audience, CancellationToken cancellationToken);
}
