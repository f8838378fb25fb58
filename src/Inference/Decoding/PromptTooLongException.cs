using System.Globalization;

namespace Hybrid.Inference.Decoding;

/// <summary>A prompt leaves no room for an answer in the model's context.</summary>
public sealed class PromptTooLongException : Exception
{
    /// <summary>Creates the exception.</summary>
    public PromptTooLongException(int promptTokens, int contextTokens)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"The prompt has {promptTokens} tokens; the model's context holds {contextTokens}, the answer included. Shorten the prompt or use a model with a longer context."))
    {
        PromptTokens = promptTokens;
        ContextTokens = contextTokens;
    }

    /// <summary>Length of the prompt in tokens.</summary>
    public int PromptTokens { get; }

    /// <summary>Length of the model's context in tokens.</summary>
    public int ContextTokens { get; }
}
