namespace Hybrid.EndToEnd.Check;

/// <summary>What a caller did, or was told.</summary>
/// <param name="Kind">Asked, accepted or told.</param>
/// <param name="Id">The prompt; null while the caller does not know it.</param>
/// <param name="Text">Asked: the last user message.</param>
/// <param name="State">Told: the final state.</param>
/// <param name="Answer">Told: the answer.</param>
/// <param name="Direct">Whether it went to the cloud's own API, without a device.</param>
internal sealed record CallerNote(
    CallerNoteKind Kind, Guid? Id = null, string? Text = null, string? State = null, string? Answer = null, bool Direct = false);
