namespace Hybrid.CloudFunctions.Models;

/// <summary>What a failed call means for its prompt.</summary>
internal enum FaultKind
{
    /// <summary>The content filter refused it: final.</summary>
    Filtered,

    /// <summary>It can never be answered: final.</summary>
    Permanent,

    /// <summary>Busy, slow or cut off: worth another attempt.</summary>
    Transient,

    /// <summary>Something answered, and was perhaps paid, but nobody can read it: not asked again at once, only by a redelivery.</summary>
    Unreadable,
}
