using System.Text.Json;

namespace Hybrid.EndToEnd.Check;

/// <summary><c>check DIR …</c>: prints the verdict over each run; exit 0 if every promise holds, 1 if one is broken, 2 if a run cannot be read.</summary>
internal static class CheckCommand
{
    public const string Name = "check";

    private const string Usage = """
        check DIR [DIR ...] [--json] [--connection STRING]

          DIR           the folder of a run: journals anywhere below it; storage.json, calls.jsonl, callers.jsonl, allowed.json if there are any
          --json        one JSON object a line instead of a table
          --connection  reads queues and blobs from this storage account first, and writes storage.json into each DIR
        """;

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        var json = false;
        string? connection = null;
        var folders = new List<string>();
        for (var i = 0; i < arguments.Count; i++)
        {
            switch (arguments[i])
            {
                case "--json":
                    json = true;
                    break;
                case "--connection" when i + 1 < arguments.Count:
                    connection = arguments[++i];
                    break;
                case var folder when !folder.StartsWith('-') && Directory.Exists(folder):
                    folders.Add(folder);
                    break;
                case var other:
                    await error.WriteLineAsync($"'{other}' is no folder and no option.\n{Usage}");
                    return 2;
            }
        }

        if (folders.Count == 0)
        {
            await error.WriteLineAsync(Usage);
            return 2;
        }

        var code = 0;
        foreach (var folder in folders)
        {
            try
            {
                if (connection is not null)
                {
                    CheckFiles.Write(
                        Path.Combine(folder, RunFolder.Storage), await StorageSnapshot.CaptureAsync(connection, withContents: true, cancellationToken));
                }

                var verdict = DurabilityCheck.Run(folder);
                await output.WriteLineAsync(json ? JsonSerializer.Serialize(new { folder, verdict }, CheckFiles.Json) : Table(folder, verdict));
                code = Math.Max(code, verdict.Holds ? 0 : 1);
            }
            catch (Exception exception) when (exception is InvalidDataException or FormatException or ArgumentException or Azure.RequestFailedException or AggregateException)
            {
                await error.WriteLineAsync(exception.Message);
                code = 2;
            }
        }

        return code;
    }

    /// <summary>The verdict for people.</summary>
    public static string Table(string folder, Verdict verdict)
    {
        var lines = new List<string>
        {
            $"{folder}: {(verdict.Holds ? "every promise holds" : $"{verdict.Findings.Count} broken promises")}",
            $"  journals {verdict.Journals}, prompts {verdict.Prompts}, outcomes {verdict.Outcomes}, from the cloud {verdict.CloudAnswers}, told {verdict.Told}, "
            + $"paid calls {verdict.PaidCalls}, of them extra {verdict.ExtraPaidCalls}",
        };
        lines.AddRange(verdict.Findings.Select(finding => $"  {finding.Code,-15} {finding.Subject,-38} {finding.Detail}"));
        return string.Join('\n', lines);
    }
}
