namespace Hybrid.Contracts;

/// <summary>Why there is no answer. Never contains a prompt's text.</summary>
/// <param name="Code">For programs, one of <see cref="ReasonCode"/>'s values or a provider's error code.</param>
/// <param name="Message">For people: what happened and how to mend it.</param>
public sealed record OutcomeError(string Code, string Message);
