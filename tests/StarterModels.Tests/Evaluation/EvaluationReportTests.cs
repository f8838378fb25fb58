using System.Text.Json;
using System.Xml.Linq;
using Hybrid.StarterModels.Evaluation;

namespace Hybrid.StarterModels.Tests.Evaluation;

public sealed class EvaluationReportTests
{
    private static readonly EvaluationReport Report = new(
    [
        Verdicts.Of(-0.1, small: true, large: true),
        Verdicts.Of(-0.2, small: true, large: true),
        Verdicts.Of(-0.9, small: false, large: true, "part", EvaluationPrompt.Hard),
        Verdicts.Of(-0.7, small: false, large: false, "part", EvaluationPrompt.Hard),
    ]);

    [Fact]
    public void Rows_PerTaskAndClass_AgreeWithTheVerdicts()
    {
        var part = Report.Tasks.Single(row => row.Name == "part");

        Assert.Equal(["chat", "part"], Report.Tasks.Select(row => row.Name));
        Assert.Equal((2, 0.0, 0.5), (part.Count, part.Small, part.Large));
        Assert.Null(part.Auroc);
        Assert.Equal(1, Report.All.Auroc);
    }

    [Fact]
    public void Summary_AsJson_HasThePromisedNamesOnOneLine()
    {
        var line = JsonSerializer.Serialize(Report.Summary, EvaluationJson.Options);

        Assert.DoesNotContain('\n', line);
        using var json = JsonDocument.Parse(line);
        Assert.Equal(1, json.RootElement.GetProperty("easy").GetProperty("small").GetDouble());
        Assert.Equal(0.5, json.RootElement.GetProperty("hard").GetProperty("large").GetDouble());
        Assert.Equal(1, json.RootElement.GetProperty("auroc").GetDouble());
        Assert.Equal(0.25, json.RootElement.GetProperty("escalationFor98").GetDouble());
    }

    [Fact]
    public void Judge_AnswerWithOtherCase_IsWrong() =>
        Assert.False(JudgedAnswer.Of(new ModelAnswer("Answer", 0), new EvaluationPrompt("id", "p", "answer", "chat", "easy")).Right);

    [Fact]
    public void Drawing_AnyReport_IsWellFormedAndShowsEveryPoint()
    {
        var svg = XDocument.Parse(CascadeDrawing.Draw(Report));

        var curve = svg.Descendants().Single(element => element.Name.LocalName == "polyline");
        Assert.Equal(Report.Curve.Points.Count, curve.Attribute("points")!.Value.Split(' ').Length);
    }
}
