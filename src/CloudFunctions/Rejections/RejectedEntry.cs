using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.DeadLetters;

namespace Hybrid.CloudFunctions.Rejections;

/// <summary>A message that was put aside, held while an operator looks at it.</summary>
/// <param name="Id">Names it on the command line; the same for the same original.</param>
/// <param name="Queue">Where it lies.</param>
/// <param name="Message">The message under its lock.</param>
/// <param name="Letter">Its reason and original.</param>
/// <param name="Head">What can be told of the original.</param>
/// <param name="Outcome">The recorded outcome of its prompt; null if there is none.</param>
internal sealed record RejectedEntry(
    string Id, QueueAddress Queue, ReceivedMessage Message, DeadLetter Letter, EscalationHead Head, AnswerData? Outcome)
{
    /// <summary>Why it lies there.</summary>
    public DeadLetterReason Reason =>
        Letter.Reason ?? new DeadLetterReason(RejectionCodes.Poisoned, "It was delivered too often without success.");
}
