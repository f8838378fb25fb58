using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hybrid.Release;

/// <summary>
/// The package that Azure runs the functions from. Packing tools on Windows, and some elsewhere, drop the executable bit; the Functions host
/// could then not start the handler. The same files give the same bytes.
/// </summary>
internal static class FunctionsPackage
{
    private const string HostFile = "host.json";

    // For a host on this machine only: it names the emulator.
    private const string LocalSettings = "local.settings.json";

    // Unix modes stand in the upper half: regular file, read by all, written by its owner, and run by all.
    private const int Plain = 0b1_000_000_110_100_100 << 16;
    private const int Executable = 0b1_000_000_111_101_101 << 16;

    private static readonly DateTimeOffset Day = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Packs a folder.</summary>
    /// <param name="folder">What was published.</param>
    /// <param name="package">The file to write, over what was there.</param>
    /// <exception cref="ReleaseException">The folder is none that Azure could run.</exception>
    public static void Write(DirectoryInfo folder, FileInfo package)
    {
        var handler = FindHandler(folder);
        var names = folder.EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(folder.FullName, file.FullName).Replace('\\', '/'))
            .Where(name => name != LocalSettings)
            .Order(StringComparer.Ordinal)
            .ToList();
        package.Directory!.Create();
        using var stream = package.Open(FileMode.Create, FileAccess.Write);
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create);
        foreach (var name in names)
        {
            var path = Path.Combine(folder.FullName, name);
            var entry = archive.CreateEntry(name, CompressionLevel.Optimal);
            entry.LastWriteTime = Day;
            entry.ExternalAttributes = name == handler || IsExecutable(path) ? Executable : Plain;
            using var target = entry.Open();
            using var source = File.OpenRead(path);
            source.CopyTo(target);
        }
    }

    /// <summary>The program that host.json names; null where a worker of the platform runs the functions.</summary>
    private static string? FindHandler(DirectoryInfo folder)
    {
        var path = Path.Combine(folder.FullName, HostFile);
        if (!File.Exists(path))
        {
            throw new ReleaseException(
                $"{folder.FullName} has no {HostFile}; it must be what 'dotnet publish src/CloudFunctions -p:Deploy=true -o FOLDER' wrote.");
        }

        JsonNode? host;
        try
        {
            host = JsonNode.Parse(File.ReadAllText(path), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip });
        }
        catch (JsonException exception)
        {
            throw new ReleaseException($"{path} is no JSON: {exception.Message}");
        }

        if (host?["customHandler"]?["description"]?["defaultExecutablePath"]?.ToString() is not { Length: > 0 } handler)
        {
            return null;
        }

        return File.Exists(Path.Combine(folder.FullName, handler))
            ? handler
            : throw new ReleaseException(
                $"{path} starts '{handler}', which is not in the folder, and Azure's custom runtime has none. "
                + "Publish with -p:Deploy=true, which makes the program self-contained.");
    }

    private static bool IsExecutable(string path) =>
        !OperatingSystem.IsWindows() && File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
}
