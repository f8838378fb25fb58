namespace Hybrid.LocalStack.Demo;

/// <summary>How a prompt ended.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="State"><c>answered</c>, <c>failed</c>, <c>expired</c>, <c>filtered</c>; null if it has no outcome.</param>
/// <param name="Route"><c>local</c> or <c>cloud</c>; null if nobody answered.</param>
/// <param name="Answer">The answer, if there is one.</param>
/// <param name="Milliseconds">From acceptance to the outcome.</param>
internal sealed record DemoOutcome(DemoPrompt Prompt, string? State, string? Route, string? Answer, double Milliseconds)
{
    public bool IsAnswered => State == "answered";

    /// <summary>As the evaluation of the starter models judges.</summary>
    public bool IsRight => IsAnswered && string.Equals(Answer?.Trim(), Prompt.Answer, StringComparison.Ordinal);
}
