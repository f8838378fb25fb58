namespace Hybrid.EndToEnd.Check;

/// <summary>What a run may show beyond the plain promise, because it was made to.</summary>
/// <param name="ExtraPaidCalls">Calls paid for a second time: the stated windows it went through.</param>
/// <param name="PutAside">Messages on the queues of what can never be handled.</param>
/// <param name="Unclaimed">
/// Claims of requests over HTTP whose process died before it had accepted them. Nobody knows them but the sweep, which deletes them by age.
/// </param>
internal sealed record Allowance(int ExtraPaidCalls = 0, int PutAside = 0, int Unclaimed = 0)
{
    private const string DirectClaims = "direct/";

    /// <summary>Claims and leases that should not be there any more.</summary>
    public IEnumerable<StoredBlob> LeftOver(IReadOnlyList<StoredBlob> blobs)
    {
        var (direct, others) = (blobs.Where(IsDirectClaim).ToList(), blobs.Where(blob => blob.Container is "claims" or "calls" && !IsDirectClaim(blob)));
        return others.Concat(direct.Skip(Unclaimed));
    }

    private static bool IsDirectClaim(StoredBlob blob) => blob.Container == "claims" && blob.Name.StartsWith(DirectClaims, StringComparison.Ordinal);
}
