namespace Hybrid.EndToEnd.Check;

/// <summary>A broken promise.</summary>
/// <param name="Code">Which one: a constant of <see cref="FindingCodes"/>.</param>
/// <param name="Subject">The prompt, queue, blob or file.</param>
/// <param name="Detail">What was found.</param>
internal sealed record Finding(string Code, string Subject, string Detail);
