namespace Hybrid.EndToEnd.Check;

/// <summary>What the checker says of a run.</summary>
/// <param name="Journals">Journals read.</param>
/// <param name="Prompts">Prompts accepted, those over the cloud's own API included.</param>
/// <param name="Outcomes">How many of them have an outcome.</param>
/// <param name="CloudAnswers">How many the cloud answered.</param>
/// <param name="PaidCalls">Calls the large model answered.</param>
/// <param name="ExtraPaidCalls">How many of them were not the first for their prompt.</param>
/// <param name="Told">How many outcomes callers were told.</param>
/// <param name="Findings">Every broken promise.</param>
internal sealed record Verdict(
    int Journals, int Prompts, int Outcomes, int CloudAnswers, int PaidCalls, int ExtraPaidCalls, int Told, IReadOnlyList<Finding> Findings)
{
    public bool Holds => Findings.Count == 0;
}
