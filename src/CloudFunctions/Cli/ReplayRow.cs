namespace Hybrid.CloudFunctions.Cli;

/// <summary>What became of one replay, as programs read it.</summary>
/// <param name="Id">The message.</param>
/// <param name="Replayed">Whether it is on <c>escalations</c> again.</param>
/// <param name="Detail">Why not.</param>
internal sealed record ReplayRow(string Id, bool Replayed, string? Detail);
