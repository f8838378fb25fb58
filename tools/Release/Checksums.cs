using System.Security.Cryptography;

namespace Hybrid.Release;

/// <summary>The file that <c>sha256sum --check</c> reads.</summary>
internal static class Checksums
{
    /// <summary>The file's name.</summary>
    public const string FileName = "SHA256SUMS";

    /// <summary>Writes it beside the files it speaks of.</summary>
    /// <param name="folder">The folder; the files of folders below it are not read.</param>
    /// <exception cref="ReleaseException">There is no file.</exception>
    public static void Write(DirectoryInfo folder)
    {
        var names = folder.EnumerateFiles().Select(file => file.Name).Where(name => name != FileName).Order(StringComparer.Ordinal).ToList();
        if (names.Count == 0)
        {
            throw new ReleaseException($"{folder.FullName} holds no file; there is nothing to release.");
        }

        File.WriteAllLines(Path.Combine(folder.FullName, FileName), names.Select(name => $"{HashOf(Path.Combine(folder.FullName, name))}  {name}"));
    }

    private static string HashOf(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
