namespace Hybrid.StarterModels.Evaluation;

/// <summary>An answer beside the right one: right only if equal to the last character.</summary>
internal sealed record JudgedAnswer(string Text, double Confidence, bool Right)
{
    public static JudgedAnswer Of(ModelAnswer answer, EvaluationPrompt prompt) =>
        new(answer.Text, answer.Confidence, string.Equals(answer.Text, prompt.Answer, StringComparison.Ordinal));
}
