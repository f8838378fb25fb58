using System.Security.Cryptography;
using System.Text;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>All API keys of a device, the revoked ones too.</summary>
/// <param name="Keys">In the order in which they were made.</param>
internal sealed record ApiKeys(IReadOnlyList<ApiKey> Keys)
{
    /// <summary>How every key begins, so that people and scanners for lost secrets know one when they see it.</summary>
    public const string Prefix = "hyb_";

    public static readonly ApiKeys None = new([]);

    /// <summary>More would make every request slower; nobody hands out so many by hand.</summary>
    private const int Most = 1000;

    /// <summary>Random bytes of a key.</summary>
    private const int SecretBytes = 32;

    public bool AnyActive => Keys.Any(key => key.IsActive);

    /// <summary>A new key: 256 random bits in a form that survives being copied.</summary>
    public static string NewSecret() => Prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>
    /// What is kept of a key. A fast hash is right here: slow ones protect what people think up, and nobody finds 256 random bits by trying.
    /// </summary>
    public static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    /// <summary>The same with one more.</summary>
    /// <exception cref="KeyFileException">There are too many; revoked ones make room.</exception>
    public ApiKeys With(ApiKey key)
    {
        List<ApiKey> keys = [.. Keys, key];
        while (keys.Count > Most)
        {
            if (keys.FindIndex(old => !old.IsActive) is not (>= 0 and var oldest))
            {
                throw new KeyFileException($"This device has {Most} keys and takes no more. Revoke some: hybrid-edge keys revoke NAME");
            }

            keys.RemoveAt(oldest);
        }

        return new ApiKeys(keys);
    }

    /// <summary>
    /// The active key that was presented, or null. Every key is compared, each in constant time, so that the time tells nothing about any.
    /// </summary>
    public ApiKey? Find(string presented)
    {
        var hash = Encoding.ASCII.GetBytes(HashOf(presented));
        ApiKey? found = null;
        foreach (var key in Keys)
        {
            if (CryptographicOperations.FixedTimeEquals(hash, Encoding.ASCII.GetBytes(key.Hash)) & key.IsActive)
            {
                found = key;
            }
        }

        return found;
    }
}
