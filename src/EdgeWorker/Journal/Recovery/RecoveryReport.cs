namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>What became of a journal that was recovered.</summary>
/// <param name="Damage">What was wrong.</param>
/// <param name="SetAside">Where the damaged files are now.</param>
/// <param name="Prompts">Prompts kept.</param>
/// <param name="PromptsLost">Prompts of which not even the question could be believed, as far as it can be known.</param>
/// <param name="OutcomesLost">Of those kept: had an outcome that could not be believed, and have failed with reason damaged.</param>
/// <param name="Keys">Idempotency keys kept.</param>
/// <param name="Transitions">Changes of state kept.</param>
/// <param name="TracesRebuilt">Prompts whose changes of state had gaps and are told from the prompt alone.</param>
/// <param name="Outbox">Events to be sent that were kept.</param>
/// <param name="OutboxLost">Events to be sent that were found and could not be believed.</param>
/// <param name="EscalationsRepeated">Escalations sent again because nothing tells whether they had been sent; the cloud answers from what
/// it has.</param>
/// <param name="Inbox">Received answers that are still known.</param>
/// <param name="Parked">Answers of other installations kept.</param>
/// <param name="Epoch">The journal's name.</param>
/// <param name="IsEpochKept">Whether it is the old one; with a new one, answers to what was asked before are parked.</param>
internal sealed record RecoveryReport(
    IReadOnlyList<string> Damage,
    IReadOnlyList<string> SetAside,
    int Prompts,
    long PromptsLost,
    int OutcomesLost,
    int Keys,
    int Transitions,
    int TracesRebuilt,
    int Outbox,
    int OutboxLost,
    int EscalationsRepeated,
    int Inbox,
    int Parked,
    Guid Epoch,
    bool IsEpochKept);
