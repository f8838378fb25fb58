using System.Text.Json.Nodes;

namespace Hybrid.StarterModels.Training;

/// <summary>What the C# side needs to know of <c>training.json</c>.</summary>
internal static class TrainingPlan
{
    /// <summary>The conversations the hungriest model reads; the others read the beginning of the same corpus.</summary>
    public static int Conversations() => (int)JsonNode.Parse(File.ReadAllText(Trainer.Configuration))!["corpus"]!["conversations"]!;
}
