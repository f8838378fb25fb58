namespace Hybrid.CloudFunctions.Rejections;

/// <summary>Why messages are put aside; the reason codes of <c>escalations-rejected</c>.</summary>
internal static class RejectionCodes
{
    /// <summary>An escalation of a version this program does not know.</summary>
    public const string UnknownVersion = "unknown_version";

    /// <summary>It breaks the contract.</summary>
    public const string Malformed = "malformed";

    /// <summary>It says it comes from another device than the prompt's.</summary>
    public const string WrongDevice = "wrong_device";

    /// <summary>Its claim is gone.</summary>
    public const string ClaimMissing = "claim_missing";

    /// <summary>It was delivered too often without success.</summary>
    public const string Poisoned = "poisoned";
}
