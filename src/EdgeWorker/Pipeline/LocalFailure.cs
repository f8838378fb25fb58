using Hybrid.Contracts;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Decoding;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>Why the local model has no answer to a prompt.</summary>
/// <param name="Reason">The reason of the prompt's outcome, or of its escalation.</param>
/// <param name="Message">What the caller is told.</param>
/// <param name="ForLog">What the log may have: what a caller asks for in vain is said with the caller's own words, as a schema's names are.</param>
internal sealed record LocalFailure(ReasonCode Reason, string Message, string ForLog)
{
    /// <summary>Whether it lies in what is asked, which another model might answer.</summary>
    public bool IsOfThePrompt => Reason != ReasonCode.LocalError;

    /// <summary>The failure that an exception of the local model stands for; null if it is a fault of the program.</summary>
    public static LocalFailure? Of(Exception exception) => exception switch
    {
        PromptTooLongException or KvBudgetExceededException => new(ReasonCode.TooLong, exception.Message, exception.Message),
        InferenceQueueFullException or InferenceFailedException => new(ReasonCode.LocalError, exception.Message, exception.Message),
        NotSupportedException or UnsupportedSchemaException or ArgumentException => new(
            ReasonCode.Unsupported, exception.Message, "it asks for something the model cannot do; the prompt's outcome says what."),
        _ => null,
    };
}
