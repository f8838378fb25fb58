namespace Hybrid.StarterModels.Evaluation;

/// <summary>How well confidence tells right answers from wrong ones.</summary>
internal static class Discrimination
{
    /// <summary>
    /// The area under the ROC curve: the chance that a right answer is more confident than a wrong one, ties counting half.
    /// Null where all answers are right or all are wrong.
    /// </summary>
    public static double? Auroc(IEnumerable<(double Confidence, bool Right)> answers)
    {
        var sorted = answers.OrderBy(answer => answer.Confidence).ToList();
        var right = sorted.Count(answer => answer.Right);
        var wrong = sorted.Count - right;
        if (right == 0 || wrong == 0)
        {
            return null;
        }

        double won = 0;
        var wrongBelow = 0;
        foreach (var tied in sorted.GroupBy(answer => answer.Confidence))
        {
            var wrongHere = tied.Count(answer => !answer.Right);
            won += tied.Count(answer => answer.Right) * (wrongBelow + (wrongHere / 2.0));
            wrongBelow += wrongHere;
        }

        return won / right / wrong;
    }
}
