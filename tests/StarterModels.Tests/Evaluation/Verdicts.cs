using Hybrid.StarterModels.Evaluation;

namespace Hybrid.StarterModels.Tests.Evaluation;

internal static class Verdicts
{
    public static Verdict Of(
        double confidence, bool small, bool large, string task = "chat", string difficulty = EvaluationPrompt.Easy) => new(
        new EvaluationPrompt("id", "prompt", "answer", task, difficulty),
        new JudgedAnswer(small ? "answer" : "other", confidence, small),
        new JudgedAnswer(large ? "answer" : "other", -0.1, large));
}
