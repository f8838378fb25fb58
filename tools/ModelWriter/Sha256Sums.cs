using System.Security.Cryptography;
using System.Text;

namespace Hybrid.ModelWriter;

/// <summary>The file that lists the SHA-256 of every other file in a folder, as <c>sha256sum</c> writes and checks it.</summary>
public static class Sha256Sums
{
    /// <summary>The file's name.</summary>
    public const string FileName = "SHA256SUMS";

    /// <summary>Writes the list for all files that lie directly in a folder, sorted by name.</summary>
    /// <param name="folder">The folder; files in its subfolders are left out.</param>
    public static void Write(string folder)
    {
        var text = new StringBuilder();
        foreach (var name in Directory.EnumerateFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal))
        {
            if (name == FileName)
            {
                continue;
            }

            using var file = File.OpenRead(Path.Combine(folder, name!));
            text.Append(Convert.ToHexStringLower(SHA256.HashData(file))).Append("  ").Append(name).Append('\n');
        }

        File.WriteAllText(Path.Combine(folder, FileName), text.ToString());
    }
}
