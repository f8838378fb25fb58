namespace Hybrid.Contracts.Crashes;

/// <summary>The places in what both programs send and settle with.</summary>
public static class SharedCrashPoints
{
    /// <summary>The data of an event that is too large are about to be stored as its claim.</summary>
    public const string ClaimBefore = "shared.claim.before";

    /// <summary>The claim is there; the event is not sent yet.</summary>
    public const string ClaimStored = "shared.claim.stored";

    /// <summary>A message is ours and about to be copied to the poison queue.</summary>
    public const string AsideBefore = "shared.aside.before";

    /// <summary>The copy is there, and so is the message.</summary>
    public const string AsideSent = "shared.aside.sent";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        ClaimBefore, ClaimStored, AsideBefore, AsideSent,
    ];
}
