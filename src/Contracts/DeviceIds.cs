using System.Text.RegularExpressions;

namespace Hybrid.Contracts;

/// <summary>What a device may be called.</summary>
public static partial class DeviceIds
{
    /// <summary>
    /// The most characters: <c>answers-</c> and <c>-poison</c> around it stay within the 63 of a queue's name
    /// (Azure Storage, "Naming queues and metadata").
    /// </summary>
    public const int MaxLength = 40;

    /// <summary>Stands for prompts that came over the cloud's own HTTP API; no device may use it.</summary>
    public const string Direct = "direct";

    /// <summary>For people: what <see cref="IsValid"/> demands.</summary>
    public const string Rule = "lower-case letters and digits with single hyphens between them, at most 40 characters, and not 'direct'";

    /// <summary>Whether a real device may have this id.</summary>
    public static bool IsValid(string id) => id != Direct && IsWellFormed(id);

    /// <summary>Whether it is a device id or <see cref="Direct"/>: safe in the names of queues and blobs.</summary>
    public static bool IsWellFormed(string id) => id.Length <= MaxLength && Pattern().IsMatch(id);

    [GeneratedRegex(@"^[a-z0-9](-?[a-z0-9])*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
