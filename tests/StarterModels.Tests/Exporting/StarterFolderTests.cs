using Hybrid.StarterModels.Evaluation;
using Hybrid.StarterModels.Training;

namespace Hybrid.StarterModels.Tests.Exporting;

public sealed class StarterFolderTests
{
    [Fact]
    public async Task Folder_Exported_AnswersThroughInference()
    {
        using var run = new TinyRun();
        var folder = run.Export();
        using var model = new AnsweringModel(folder, TimeProvider.System, TestContext.Current.CancellationToken);

        var first = await model.AskAsync("the pump leaks", TestContext.Current.CancellationToken);
        var second = await model.AskAsync("the pump leaks", TestContext.Current.CancellationToken);

        Assert.InRange(first.Confidence, -20, 0);
        Assert.Equal(first.Text, second.Text);
    }

    [Fact]
    public void Weights_OtherShapeThanTrained_AreRefused()
    {
        using var run = new TinyRun();
        var weights = TrainedWeights.Read(run.Folder);

        var exception = Assert.Throws<ArgumentException>(() => weights.Fill("model.norm.weight", [33], new float[33]));

        Assert.Contains("trained as [32]; [33] is wanted", exception.Message, StringComparison.Ordinal);
    }
}
