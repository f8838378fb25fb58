namespace Hybrid.CloudFunctions.Rejections;

/// <summary>What became of a replay.</summary>
internal enum ReplayEnd
{
    /// <summary>It is on <c>escalations</c> again.</summary>
    Replayed,

    /// <summary>Its prompt has an outcome; it was left where it is.</summary>
    HasOutcome,

    /// <summary>Its prompt was answered after all; it was left where it is.</summary>
    Answered,
}
