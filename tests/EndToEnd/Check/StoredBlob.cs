namespace Hybrid.EndToEnd.Check;

/// <summary>A blob as it was found.</summary>
/// <param name="Container">Its container.</param>
/// <param name="Name">Its name.</param>
/// <param name="Content">Its text, where the checker reads it.</param>
internal sealed record StoredBlob(string Container, string Name, string? Content);
