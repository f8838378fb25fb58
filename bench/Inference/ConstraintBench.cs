using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Constraints.Tokens;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Sampling;
using Hybrid.Inference.Tokenization;
using Spectre.Console;

namespace Hybrid.Inference.Bench;

/// <summary>What holding answers to JSON costs per token.</summary>
internal static class ConstraintBench
{
    private const int InventedTokens = 200_000;
    private const int EndToken = 0;
    private const int Answers = 20;
    private const int Runs = 7;

    private static readonly (string Name, string? Schema)[] Formats =
    [
        ("any object", null),
        ("fixed members", """{"type":"object","properties":{"name":{"type":"string"},"age":{"type":"integer"},"tags":{"type":"array","items":{"enum":["a","b"]}}},"required":["name","age","tags"],"additionalProperties":false}"""),
        ("lengths and patterns", """{"type":"object","properties":{"id":{"type":"string","pattern":"^[A-Z]{2}-[0-9]{4}$"},"text":{"type":"string","maxLength":200},"on":{"type":"string","format":"date-time"}},"required":["id","text","on"],"additionalProperties":false}"""),
    ];

    public static int Run(string? folder)
    {
        ModelTokenizer tokenizer;
        try
        {
            tokenizer = folder is null ? Invent() : ModelTokenizer.Load(folder);
        }
        catch (ModelFolderException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }

        var vocabulary = tokenizer.VocabularySize;
        var begin = Stopwatch.GetTimestamp();
        var trie = TokenTrie.Build(tokenizer, new HashSet<int> { EndToken }, vocabulary);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{vocabulary} tokens laid out in {Stopwatch.GetElapsedTime(begin).TotalMilliseconds:F0} ms (once for a model)"));
        var table = new Table().AddColumns("format", "compile, ms", "new state, ms (median, worst)", "known state, µs (median)", "states", "greedy choice, µs (median)");
        foreach (var (name, schema) in Formats)
        {
            begin = Stopwatch.GetTimestamp();
            var format = schema is null ? JsonFormat.AnyObject : JsonFormat.FromSchema(JsonElement.Parse(schema), CancellationToken.None);
            var compile = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
            // The machine may be shared: of several runs from scratch the quietest counts.
            var runs = Enumerable.Range(0, Runs).Select(_ => Measure(new TokenTable(format.Grammar, trie, [EndToken]), vocabulary)).ToList();
            table.AddRow(
                name,
                Text(compile, "F1"),
                $"{Text(runs.Min(run => run.Fresh) / 1000, "F2")}, {Text(runs.Min(run => run.WorstFresh) / 1000, "F1")}",
                Text(runs.Min(run => run.Known), "F2"),
                $"{runs[0].States}",
                Text(runs.Min(run => run.Choice), "F0"));
        }

        AnsiConsole.Write(table);
        return 0;
    }

    private static (double Fresh, double WorstFresh, double Known, int States, double Choice) Measure(TokenTable table, int vocabulary)
    {
        var random = new Random(1);
        var scratch = new SamplingScratch(vocabulary);
        var logits = new float[vocabulary];
        List<double> fresh = [], known = [], choices = [];
        for (var answer = 0; answer < Answers; answer++)
        {
            var constraint = new TokenConstraint(table);
            var sampler = new Sampler(SamplingOptions.Greedy, []);
            for (var i = 0; i < 60 && !constraint.IsComplete; i++)
            {
                for (var k = 0; k < 1_000; k++)
                {
                    logits[random.Next(vocabulary)] = random.NextSingle();
                }

                var row = LogitRow.Of(logits);
                var generation = table.Masks;
                var begin = Stopwatch.GetTimestamp();
                constraint.Prepare();
                var took = Stopwatch.GetElapsedTime(begin);
                (table.Masks > generation ? fresh : known).Add(took.TotalMicroseconds);
                begin = Stopwatch.GetTimestamp();
                if (sampler.Choose(logits, row, scratch, constraint) is not { } choice || choice.Token == EndToken)
                {
                    break;
                }

                choices.Add(Stopwatch.GetElapsedTime(begin).TotalMicroseconds);
            }
        }

        return (Median(fresh), fresh.Max(), Median(known), fresh.Count, Median(choices));
    }

    /// <summary>A byte-level vocabulary as large as the largest published ones, of invented words.</summary>
    private static ModelTokenizer Invent()
    {
        var random = new Random(1);
        var vocabulary = new JsonObject { ["<|end|>"] = EndToken };
        for (var value = 0; value < 256; value++)
        {
            vocabulary[ByteAlphabet.ToChar((byte)value).ToString()] = vocabulary.Count;
        }

        string[] marks = ["\"", "\":", "\",", "\":\"", "\",\"", "{\"", "[{\"", "}", "]", "},", "}]", "{}", "[]", ",", ":", "\\n", "\\\""];
        foreach (var mark in marks)
        {
            vocabulary[mark] ??= vocabulary.Count;
            vocabulary["Ġ" + mark] ??= vocabulary.Count;
        }

        while (vocabulary.Count < InventedTokens)
        {
            // As in published vocabularies: about six bytes to a token, half with a space before, a third of the words in other scripts.
            var text = random.Next(3) > 0
                ? new string([.. Enumerable.Range(0, 2 + random.Next(9)).Select(_ => (char)('a' + (int)(26 * Math.Pow(random.NextDouble(), 2))))])
                : new string([.. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => (char)random.Next(0x400, 0x9FFF))]);
            var word = string.Concat(Encoding.UTF8.GetBytes((random.Next(2) == 0 ? " " : "") + text).Select(ByteAlphabet.ToChar));
            vocabulary[word] ??= vocabulary.Count;
        }

        var file = new JsonObject
        {
            ["added_tokens"] = new JsonArray(new JsonObject { ["id"] = EndToken, ["content"] = "<|end|>", ["special"] = true }),
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = new JsonObject { ["type"] = "BPE", ["vocab"] = vocabulary, ["merges"] = new JsonArray() },
        };
        var folder = Directory.CreateTempSubdirectory("hybrid-bench-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "tokenizer.json"), file.ToJsonString());
            return ModelTokenizer.Load(folder.FullName);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static double Median(List<double> values) => values.Count == 0 ? 0 : values.Order().ElementAt(values.Count / 2);

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
