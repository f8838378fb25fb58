namespace Hybrid.Messaging.Conformance;

/// <summary>What a soak came to.</summary>
/// <param name="Sent">Messages whose sending was confirmed, each once under its id however often it was tried.</param>
/// <param name="Lost">Of those, how many never arrived.</param>
/// <param name="SettledTwice">How often a message was completed that had been completed before.</param>
/// <param name="OutOfOrder">How often a device's message was completed after one that was sent later.</param>
/// <param name="Redelivered">How often a message came again.</param>
/// <param name="Restarts">How often the broker was killed and started.</param>
/// <param name="Took">How long it took.</param>
public sealed record SoakResult(int Sent, int Lost, int SettledTwice, int OutOfOrder, int Redelivered, int Restarts, TimeSpan Took);
