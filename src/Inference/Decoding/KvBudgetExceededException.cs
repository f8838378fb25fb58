using System.Globalization;

namespace Hybrid.Inference.Decoding;

/// <summary>A request could never fit into the memory set aside for keys and values.</summary>
public sealed class KvBudgetExceededException : Exception
{
    /// <summary>Creates the exception.</summary>
    public KvBudgetExceededException(int tokens, long neededBytes, long budgetBytes)
        : base(string.Create(
            CultureInfo.InvariantCulture,
            $"A prompt and answer of {tokens} tokens need {neededBytes} bytes of keys and values; the budget is {budgetBytes} bytes. Shorten the prompt, ask for fewer output tokens, or raise KvBudgetBytes."))
    {
        Tokens = tokens;
        NeededBytes = neededBytes;
        BudgetBytes = budgetBytes;
    }

    /// <summary>Prompt and answer, in tokens.</summary>
    public int Tokens { get; }

    /// <summary>What they need, in bytes.</summary>
    public long NeededBytes { get; }

    /// <summary>What there is, in bytes.</summary>
    public long BudgetBytes { get; }
}
