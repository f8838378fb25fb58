namespace Hybrid.EdgeWorker.Journal;

/// <summary>The request that brought a prompt, as the journal has it.</summary>
/// <param name="Endpoint">The path it came to.</param>
/// <param name="Kept">Whether it may be referred to later.</param>
/// <param name="Instructed">Whether the first message holds instructions for this answer alone.</param>
/// <param name="Previous">The prompt it goes on from.</param>
/// <param name="DeliveredAt">When its answer had gone out whole to a caller who was there; null if it has not.</param>
internal sealed record RequestRecord(string Endpoint, bool Kept, bool Instructed, Guid? Previous, DateTimeOffset? DeliveredAt);
