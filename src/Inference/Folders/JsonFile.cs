using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Hybrid.Inference.Folders;

/// <summary>Reads one JSON file of a folder into a <see cref="JsonSection"/>, saying where it breaks.</summary>
internal static class JsonFile
{
    // Published configurations have a few KB and tokenizer_config.json up to a few hundred; a bound keeps memory out of a stranger's hands.
    private const int MaxBytes = 32 * 1024 * 1024;

    public static JsonDocument Parse(FolderFile file)
    {
        var bytes = file.ReadAll(MaxBytes).AsMemory();
        if (bytes.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        }

        if (bytes.Span.Trim(" \t\r\n"u8).IsEmpty)
        {
            throw file.Refuse("is empty", FolderFile.DownloadAgain);
        }

        if (!Utf8.IsValid(bytes.Span))
        {
            throw file.Refuse("is not UTF-8 text", FolderFile.DownloadAgain);
        }

        try
        {
            if (IsCutOff(bytes.Span))
            {
                throw file.Refuse($"is cut off: the JSON is not closed at its end, line {LineCount(bytes.Span)}", FolderFile.DownloadAgain);
            }

            return JsonDocument.Parse(bytes);
        }
        catch (JsonException exception)
        {
            var (line, position) = (exception.LineNumber + 1, exception.BytePositionInLine + 1);
            throw file.Refuse(
                $"is not valid JSON at line {line}, position {position}",
                "Correct it there (comments and trailing commas are not allowed), or download the file again.",
                exception);
        }
    }

    /// <summary>Whether all tokens are sound and only the end is missing.</summary>
    private static bool IsCutOff(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: false, state: default);
        while (reader.Read())
        {
        }

        return reader.CurrentDepth > 0 || reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
    }

    private static int LineCount(ReadOnlySpan<byte> json) => json.Count((byte)'\n') + 1;
}
