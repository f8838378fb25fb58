namespace Hybrid.Inference.Decoding;

/// <summary>Why a sequence ended.</summary>
internal enum FinishReason
{
    /// <summary>The model wrote an end token.</summary>
    EndToken,

    /// <summary>The receiver had enough, for example because a stop sequence appeared.</summary>
    Stopped,

    /// <summary>The answer was held to a form, and in that form nothing can follow.</summary>
    Complete,

    /// <summary>The token limit or the context's end was reached.</summary>
    Length,

    /// <summary>The caller cancelled.</summary>
    Cancelled,
}
