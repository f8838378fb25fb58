using System.Text.Json;

namespace Hybrid.StarterModels.Training;

/// <summary>What <c>train.py</c> measured itself, on the same held-out prompts but before export.</summary>
internal sealed record TrainingReport(
    string Model,
    string Precision,
    ulong Seed,
    int Parameters,
    int Conversations,
    int Steps,
    long Tokens,
    int Seconds,
    double Easy,
    double Hard,
    double? Auroc,
    IReadOnlyDictionary<string, double> Test)
{
    public static TrainingReport Read(string path) =>
        JsonSerializer.Deserialize<TrainingReport>(File.ReadAllText(path), JsonSerializerOptions.Web)
        ?? throw new InvalidDataException($"{path} holds null; train again.");
}
