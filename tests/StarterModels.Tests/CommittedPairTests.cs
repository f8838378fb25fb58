using System.Security.Cryptography;
using Hybrid.StarterModels.Corpus;
using Hybrid.StarterModels.Evaluation;

namespace Hybrid.StarterModels.Tests;

/// <summary>The committed models are what their cards and the evaluation set say they are.</summary>
public sealed class CommittedPairTests
{
    /// <summary>Every n-th prompt is asked here; <c>eval</c> asks all of them.</summary>
    private const int Stride = 10;

    private static readonly string Models = Path.Combine(RepositoryRoot(), "models", "starter");

    [Theory]
    [InlineData("small")]
    [InlineData("large")]
    public void Folder_Checksums_Hold(string model)
    {
        var folder = Path.Combine(Models, model);

        var lines = File.ReadAllLines(Path.Combine(folder, "SHA256SUMS")).Select(line => line.Split("  ")).ToList();

        Assert.Contains(lines, line => line[1] == "README.md");
        Assert.All(lines, line => Assert.Equal(line[0], Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, line[1]))))));
    }

    [Fact]
    public void Folders_Together_StayWithin20Megabytes()
    {
        var bytes = new[] { "small", "large" }.SelectMany(model => Directory.EnumerateFiles(Path.Combine(Models, model))).Sum(file => new FileInfo(file).Length);

        Assert.InRange(bytes, 1, 20_000_000);
    }

    [Fact]
    public async Task EvaluationSet_Committed_IsWhatTheDomainHoldsOut()
    {
        var world = new World(Domain.Load());
        var heldOut = world.HeldOut(Split.Test, task => world.Domain.Evaluation[task]).Select(sample => (sample.Prompt, sample.Answer, sample.Task));

        var committed = await ReadPromptsAsync();

        Assert.Equal(heldOut, committed.Select(prompt => (prompt.Prompt, prompt.Answer, prompt.Task)));
    }

    [Fact]
    public async Task Small_CommonAlarm_IsExplained()
    {
        using var small = Open("small");

        var answer = await small.AskAsync("What does alarm E-104 mean?", TestContext.Current.CancellationToken);

        Assert.Equal("Coolant level low. Refill the tank.", answer.Text);
        Assert.InRange(answer.Confidence, -0.2, 0);
    }

    [Fact]
    public async Task Pair_SampleOfTheEvaluationSet_ShowsTheGapAndConfidenceTellsIt()
    {
        var prompts = (await ReadPromptsAsync()).Where((_, i) => i % Stride == 0).ToList();
        var evaluator = new Evaluator(TextWriter.Null);
        using var small = Open("small");
        using var large = Open("large");

        var report = new EvaluationReport(Evaluator.Pair(
            prompts,
            await evaluator.JudgeAsync(prompts, small.AskAsync, "small", TestContext.Current.CancellationToken),
            await evaluator.JudgeAsync(prompts, large.AskAsync, "large", TestContext.Current.CancellationToken)));

        // Looser than the targets, which hold for all thousand prompts; these are a tenth of them.
        Assert.True(report.Summary.Easy!.Small >= 0.94 && report.Summary.Easy.Large >= 0.94, $"easy: {report.Summary.Easy}");
        Assert.True(report.Summary.Hard!.Small <= 0.55 && report.Summary.Hard.Large >= 0.85, $"hard: {report.Summary.Hard}");
        Assert.True(report.Summary.Auroc >= 0.85, $"AUROC {report.Summary.Auroc}");
        Assert.True(report.Summary.EscalationFor98 < 0.5, $"escalated {report.Summary.EscalationFor98}");
    }

    private static Task<IReadOnlyList<EvaluationPrompt>> ReadPromptsAsync() =>
        EvaluationJson.ReadPromptsAsync(Path.Combine(Models, "eval.jsonl"), TestContext.Current.CancellationToken);

    private static AnsweringModel Open(string model) => new(Path.Combine(Models, model), TimeProvider.System, TestContext.Current.CancellationToken);

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hybrid.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the test binary holds Hybrid.sln.");
    }
}
