namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>An API key as the data folder keeps it: everything but the key.</summary>
/// <param name="Id">What prompts record as their owner; never used again.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Hash">SHA-256 of the key, hexadecimal.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="RequestsPerMinute">Instead of the configured rate; null takes that.</param>
/// <param name="RevokedAt">From when on it is refused; null while it is not.</param>
internal sealed record ApiKey(
    string Id, string Name, string Hash, DateTimeOffset CreatedAt, int? RequestsPerMinute = null, DateTimeOffset? RevokedAt = null)
{
    public bool IsActive => RevokedAt is null;
}
