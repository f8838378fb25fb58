namespace Hybrid.Messaging.DeadLetters;

/// <summary>A message that was put aside.</summary>
/// <param name="Reason">Why; null if it came without one, as the Functions host leaves them after the last attempt.</param>
/// <param name="Original">What was sent, to the byte.</param>
public sealed record DeadLetter(DeadLetterReason? Reason, ReadOnlyMemory<byte> Original);
