namespace Hybrid.EdgeWorker.Api;

/// <summary>How full the journal is: from either limit on, no prompt is accepted.</summary>
internal sealed record JournalView(long Prompts, long MaxPrompts, long Bytes, long MaxBytes);
