namespace Hybrid.Inference.Answers;

/// <summary>Why an answer ended.</summary>
public enum AnswerEnd
{
    /// <summary>The model ended it, or a stop sequence did.</summary>
    Stop,

    /// <summary>The token limit or the context's end was reached.</summary>
    Length,
}
