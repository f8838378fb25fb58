namespace Hybrid.Messaging;

/// <summary>Why a message was put aside.</summary>
/// <param name="Code">For programs: short, lower case.</param>
/// <param name="Detail">For people. Never contains a prompt's text.</param>
public sealed record DeadLetterReason(string Code, string Detail);
