using System.Text.Json.Serialization;

namespace Hybrid.StarterModels.Evaluation;

/// <summary>A line of <c>eval.jsonl</c>: a held-out prompt, its one right answer, its task and its class.</summary>
internal sealed record EvaluationPrompt(
    string Id,
    string Prompt,
    string Answer,
    string Task,
    [property: JsonPropertyName("class")] string Difficulty)
{
    public const string Easy = "easy";
    public const string Hard = "hard";
}
