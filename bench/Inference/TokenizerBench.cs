using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization;
using Spectre.Console;

namespace Hybrid.Inference.Bench;

/// <summary>How fast a tokenizer encodes texts of several kinds.</summary>
internal static class TokenizerBench
{
    private const int Bytes = 2 << 20;

    public static int Run(string folder)
    {
        ModelTokenizer tokenizer;
        try
        {
            tokenizer = ModelTokenizer.Load(folder);
        }
        catch (ModelFolderException exception)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }

        var table = new Table().AddColumns("text", "MB/s", "tokens");
        foreach (var (name, text) in Texts())
        {
            tokenizer.Encode(text[..Math.Min(text.Length, 4096)]);
            var begin = Stopwatch.GetTimestamp();
            var tokens = tokenizer.Encode(text).Count;
            var seconds = Stopwatch.GetElapsedTime(begin).TotalSeconds;
            table.AddRow(
                name,
                (Encoding.UTF8.GetByteCount(text) / seconds / 1e6).ToString("F1", CultureInfo.InvariantCulture),
                tokens.ToString(CultureInfo.InvariantCulture));
        }

        AnsiConsole.Write(table);
        return 0;
    }

    private static IEnumerable<(string Name, string Text)> Texts()
    {
        var random = new Random(1);
        var words = Enumerable.Range(0, 20_000)
            .Select(_ => new string([.. Enumerable.Range(0, 1 + random.Next(10)).Select(_ => (char)('a' + random.Next(26)))]))
            .ToArray();
        yield return ("random words", Fill(() => words[(int)(Math.Pow(random.NextDouble(), 3) * words.Length)] + " "));
        yield return ("numbers and code", Fill(() => $"x{random.Next(100)} = f({random.Next()}, \"{words[random.Next(words.Length)]}\");\n"));
        yield return ("Chinese", Fill(() => ((char)random.Next(0x4E00, 0x9FA5)).ToString()));
        yield return ("emoji", Fill(() => char.ConvertFromUtf32(random.Next(0x1F300, 0x1F5FF))));
        yield return ("one letter", new string('a', Bytes));
        yield return ("spaces", new string(' ', Bytes));
    }

    private static string Fill(Func<string> next)
    {
        var text = new StringBuilder();
        var bytes = 0;
        while (bytes < Bytes)
        {
            var piece = next();
            bytes += Encoding.UTF8.GetByteCount(piece);
            text.Append(piece);
        }

        return text.ToString();
    }
}
