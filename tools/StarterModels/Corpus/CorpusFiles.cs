using System.Text.Encodings.Web;
using System.Text.Json;
using Hybrid.StarterModels.Tokenizing;

namespace Hybrid.StarterModels.Corpus;

/// <summary>Writes everything a training run reads: corpus, tokenizer, token files, held-out prompts.</summary>
internal static class CorpusFiles
{
    private const int VocabularySize = 1024;
    private const int TokenizerConversations = 60_000;
    private const int DevelopmentPerTask = 40;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static BytePairTokenizer Write(string folder, World world, ulong seed, int conversations, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        var tasks = world.Tasks.Select(task => task.Name).ToArray();

        // The tokenizer belongs to the world, not to the run: every seed shares it.
        var sample = new TrainingStream(world.Domain, world.Domain.WorldSeed);
        var texts = Enumerable.Range(0, TokenizerConversations)
            .SelectMany(_ => sample.Next().Turns.SelectMany(turn => new[] { turn.Prompt, turn.Answer }))
            .Concat(world.Domain.SystemTexts);
        var tokenizer = BytePairTrainer.Train(texts, VocabularySize);
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), TokenizerJson.Write(tokenizer));

        WriteHeldOut(folder, "test", world, tokenizer, tasks, world.HeldOut(Split.Test, task => world.Domain.Evaluation[task]));
        WriteHeldOut(folder, "development", world, tokenizer, tasks, world.HeldOut(Split.Development, _ => DevelopmentPerTask));
        var hard = world.Tasks.Where(task => task.Difficulty == Difficulty.Hard).Select(task => task.Name);
        var end = tokenizer.IdOf(SpecialTokens.End);
        File.WriteAllText(
            Path.Combine(folder, "corpus.json"),
            JsonSerializer.Serialize(new { tasks, end, hard, vocabulary = VocabularySize, conversations }, Json));

        var stream = new TrainingStream(world.Domain, seed);
        using var lines = new StreamWriter(Path.Combine(folder, "train.jsonl"));
        using var tokens = new TokenFileWriter(folder, "train", tokenizer, tasks);
        for (var i = 0; i < conversations; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var conversation = stream.Next();
            tokens.Write(conversation);
            lines.WriteLine(JsonSerializer.Serialize(conversation, Json));
        }

        return tokenizer;
    }

    private static void WriteHeldOut(
        string folder, string name, World world, BytePairTokenizer tokenizer, IReadOnlyList<string> tasks, IReadOnlyList<Sample> samples)
    {
        var difficulty = world.Tasks.ToDictionary(task => task.Name, task => task.Difficulty);
        using var lines = new StreamWriter(Path.Combine(folder, $"{name}.jsonl"));
        using var tokens = new TokenFileWriter(folder, name, tokenizer, tasks);
        foreach (var (sample, i) in samples.Select((sample, i) => (sample, i)))
        {
            tokens.Write(new Conversation(null, [sample]));
            lines.WriteLine(JsonSerializer.Serialize(new
            {
                id = $"{sample.Task}-{i:0000}",
                prompt = sample.Prompt,
                answer = sample.Answer,
                task = sample.Task,
                @class = difficulty[sample.Task] == Difficulty.Hard ? "hard" : "easy",
            }, Json));
        }
    }
}
