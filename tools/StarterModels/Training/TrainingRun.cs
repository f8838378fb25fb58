using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Hybrid.StarterModels.Training;

/// <summary>
/// One model, one seed. The folder's name carries a fingerprint of everything the weights follow from, so a changed task never meets
/// old weights.
/// </summary>
internal sealed record TrainingRun(string Model, ulong Seed, string CorpusFolder, string Folder)
{
    public string WeightsIndex => Path.Combine(Folder, "weights.json");

    public string Report => Path.Combine(Folder, "report.json");

    /// <summary>Whether the weights are there; the report is written last.</summary>
    public bool Done => File.Exists(Report);

    public static TrainingRun Of(string model, ulong seed, string corpusFolder, string workFolder)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var name in new[] { "corpus.json", "train.ids", "train.loss", "development.ids", "test.ids" })
        {
            hash.AppendData(File.ReadAllBytes(Path.Combine(corpusFolder, name)));
        }

        hash.AppendData(File.ReadAllBytes(Trainer.Script));
        hash.AppendData(Encoding.UTF8.GetBytes(JsonNode.Parse(File.ReadAllText(Trainer.Configuration))?[model]?.ToJsonString()
            ?? throw new InvalidDataException($"training.json has no section '{model}'.")));
        var fingerprint = Convert.ToHexStringLower(hash.GetHashAndReset())[..8];
        return new TrainingRun(model, seed, corpusFolder, Path.Combine(workFolder, $"{model}-seed{seed}-{fingerprint}"));
    }
}
