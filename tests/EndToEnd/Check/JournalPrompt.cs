namespace Hybrid.EndToEnd.Check;

/// <summary>A prompt as a journal's tables have it.</summary>
/// <param name="Device">The folder of the journal.</param>
/// <param name="Id">The prompt.</param>
/// <param name="State">Its state.</param>
/// <param name="Text">The last user message.</param>
/// <param name="Route">local, cloud or null.</param>
/// <param name="Reason">Why.</param>
/// <param name="Answer">The answer, or null.</param>
/// <param name="Steps">The states it went through.</param>
/// <param name="CloudAnswers">Answer events recorded for it.</param>
/// <param name="Escalated">Its place among those that escalated; null if it did not.</param>
internal sealed record JournalPrompt(
    string Device,
    Guid Id,
    string State,
    string Text,
    string? Route,
    string? Reason,
    string? Answer,
    IReadOnlyList<string> Steps,
    long CloudAnswers,
    long? Escalated)
{
    private static readonly string[] Final = ["answered", "failed", "expired"];

    public bool IsFinal => Final.Contains(State);

    /// <summary>How often it entered a final state: once, if all is well.</summary>
    public int Outcomes => Steps.Count(step => Final.Contains(step));
}
