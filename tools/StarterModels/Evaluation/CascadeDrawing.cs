using System.Text;

namespace Hybrid.StarterModels.Evaluation;

/// <summary>Draws the cascade curve as an SVG that reads on light and dark pages.</summary>
internal static class CascadeDrawing
{
    private const int Width = 640;
    private const int Height = 360;
    private const int Left = 56;
    private const int Right = 16;
    private const int Top = 40;
    private const int Bottom = 48;

    public static string Draw(EvaluationReport report)
    {
        var curve = report.Curve;
        var floor = Math.Floor(Math.Min(curve.SmallAccuracy, curve.LargeAccuracy) * 10) / 10;
        double X(double escalated) => Left + (escalated * (Width - Left - Right));
        double Y(double accuracy) => Height - Bottom - ((accuracy - floor) / (1 - floor) * (Height - Top - Bottom));

        var svg = new StringBuilder();
        void Line(FormattableString line) => svg.Append(FormattableString.Invariant(line)).Append('\n');
        Line($"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" role=\"img\"");
        Line($"     font-family=\"sans-serif\" font-size=\"12\">");
        Line($"<title>Cascade: accuracy against share of prompts escalated</title>");
        Line($"<rect width=\"{Width}\" height=\"{Height}\" fill=\"#fff\"/>");
        Line($"<text x=\"{Left}\" y=\"20\" font-weight=\"bold\">Accuracy of the pair against the share of prompts escalated</text>");
        for (var step = 0; step <= 5; step++)
        {
            var accuracy = floor + ((1 - floor) * step / 5);
            Line($"<line x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Y(accuracy):0.#}\" y2=\"{Y(accuracy):0.#}\" stroke=\"#ddd\"/>");
            Line($"<text x=\"{Left - 8}\" y=\"{Y(accuracy) + 4:0.#}\" text-anchor=\"end\">{100 * accuracy:0} %</text>");
            Line($"<text x=\"{X(step / 5.0):0.#}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{20 * step} %</text>");
        }

        Line($"<text x=\"{(Left + Width - Right) / 2}\" y=\"{Height - 10}\" text-anchor=\"middle\">escalated to the large model</text>");
        Line($"<line x1=\"{X(0):0.#}\" y1=\"{Y(curve.SmallAccuracy):0.#}\" x2=\"{X(1):0.#}\" y2=\"{Y(curve.LargeAccuracy):0.#}\"");
        Line($"      stroke=\"#888\" stroke-dasharray=\"4 4\"/>");
        Line($"<polyline fill=\"none\" stroke=\"#0b62c4\" stroke-width=\"2\" points=\"{Points(curve, X, Y)}\"/>");
        var kept = report.Kept;
        Line($"<circle cx=\"{X(kept.Escalated):0.#}\" cy=\"{Y(kept.Accuracy):0.#}\" r=\"5\" fill=\"#c43e0b\"/>");
        Line($"<text x=\"{X(kept.Escalated) + 10:0.#}\" y=\"{Y(kept.Accuracy) + 20:0.#}\" fill=\"#c43e0b\">");
        Line($"98 % of the large model at {100 * kept.Escalated:0.#} % escalated</text>");
        Line($"<text x=\"{X(1) - 4:0.#}\" y=\"{Y(floor) - 8:0.#}\" text-anchor=\"end\" fill=\"#666\">dashed: escalating at random</text>");
        return svg.Append("</svg>\n").ToString();
    }

    private static string Points(CascadeCurve curve, Func<double, double> x, Func<double, double> y) =>
        string.Join(' ', curve.Points.Select(point => FormattableString.Invariant($"{x(point.Escalated):0.#},{y(point.Accuracy):0.#}")));
}
