namespace Hybrid.EndToEnd.Check;

/// <summary>A queue as it was found.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Messages">How many it holds, those under a lock included.</param>
internal sealed record StoredQueue(string Name, int Messages);
