using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>A file of prompts, checked as a whole before the first one is sent.</summary>
/// <param name="Hash">SHA-256 of the file, hexadecimal: the same file again is the same run.</param>
/// <param name="Lines">Line numbers, from 1, with what they hold.</param>
internal sealed record RunFile(string Hash, IReadOnlyList<(int Number, RunLine Line)> Lines)
{
    /// <exception cref="UsageException">A line is wrong; the message names it.</exception>
    public static RunFile Read(byte[] bytes)
    {
        var lines = new List<(int, RunLine)>();
        var ids = new HashSet<string>();
        var number = 0;
        foreach (var text in Encoding.UTF8.GetString(bytes).TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            if (!string.IsNullOrWhiteSpace(text))
            {
                var line = Parse(text, number);
                if (line.Id is { } id && !ids.Add(id))
                {
                    throw new UsageException($"Line {number}: the id is that of an earlier line. Nothing was sent.");
                }

                lines.Add((number, line));
            }
        }

        return lines.Count > 0
            ? new RunFile(Convert.ToHexStringLower(SHA256.HashData(bytes)), lines)
            : throw new UsageException("The file holds no prompt; it must have one JSON object a line, as {\"prompt\":\"Hello\"}.");
    }

    /// <summary>The idempotency key of a line: sending it again gives the outcome it has, never a second one.</summary>
    public string KeyOf(int number, RunLine line) => line.Id is { } id
        ? $"run-{Hash}-id-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)))}"
        : $"run-{Hash}-{number}";

    private static RunLine Parse(string text, int number)
    {
        try
        {
            var line = JsonSerializer.Deserialize(text, RunJson.Default.RunLine) ?? throw new UsageException($"Line {number} is null. Nothing was sent.");
            if (line.Prompt is null == line.Messages is null)
            {
                throw new UsageException($"Line {number} must have either prompt or messages. Nothing was sent.");
            }

            EventFormat.Check(line.Messages ?? [new PromptMessage(MessageRole.User, line.Prompt!)], line.Options);
            return line;
        }
        catch (JsonException exception)
        {
            throw new UsageException($"Line {number}: {exception.Message} Nothing was sent.");
        }
        catch (ContractException exception)
        {
            throw new UsageException($"Line {number}: {exception.Message} Nothing was sent.");
        }
    }
}
