using System.Text.Json;
using System.Text.Unicode;
using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads a JSON file of a tokenizer.</summary>
internal static class TokenizerFile
{
    /// <summary>The largest published tokenizer.json is a tenth of this.</summary>
    private const long MaxBytes = 256L * 1024 * 1024;

    private const string PointerStart = "version https://git-lfs.github.com/spec/v1";
    private const string Damaged = "Download the model folder again.";

    /// <summary>Reads a file.</summary>
    /// <returns>The document, which the caller disposes, and its root; null if the file is missing.</returns>
    /// <exception cref="ModelFolderException">The file cannot be read or is no JSON object.</exception>
    public static (JsonDocument Document, TokenizerNode Root)? Read(string path)
    {
        var bytes = ReadBytes(path);
        if (bytes is null)
        {
            return null;
        }

        ReadOnlyMemory<byte> json = bytes;
        if (json.Span.StartsWith("\uFEFF"u8))
        {
            json = json[3..];
        }

        if (json.Span.StartsWith(System.Text.Encoding.ASCII.GetBytes(PointerStart)))
        {
            throw new ModelFolderException(path, "it is a git-lfs pointer, not the file itself", "Run `git lfs pull` in the model folder.");
        }

        if (!Utf8.IsValid(json.Span))
        {
            throw new ModelFolderException(path, "it is no valid UTF-8", Damaged);
        }

        try
        {
            var document = JsonDocument.Parse(json);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (document, new TokenizerNode(path, "", document.RootElement))
                : throw new ModelFolderException(path, $"it holds a JSON {document.RootElement.ValueKind}, not an object", Damaged);
        }
        catch (JsonException e)
        {
            throw new ModelFolderException(path, $"it is no valid JSON ({e.Message.TrimEnd('.')})", Damaged, e);
        }
    }

    private static byte[]? ReadBytes(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            if (stream.Length > MaxBytes)
            {
                throw new ModelFolderException(
                    path, $"it has {stream.Length} bytes; a tokenizer file has at most {MaxBytes}", "Check that it is the right file.");
            }

            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFolderException(path, $"it cannot be read ({e.Message.TrimEnd('.')})", "Check that it is a file you may read.", e);
        }
    }
}
