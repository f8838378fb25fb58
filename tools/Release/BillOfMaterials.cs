using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hybrid.Release;

/// <summary>What a program is made of, in the words of CycloneDX 1.6. Without the time, so that the same input gives the same bytes.</summary>
internal static class BillOfMaterials
{
    private static readonly JsonWriterOptions Indented = new() { Indented = true };

    /// <summary>Writes the bill of one program.</summary>
    /// <param name="assets">What restoring the project left: every package with its version and hash.</param>
    /// <param name="version">The program's version.</param>
    /// <param name="file">The file to write.</param>
    /// <exception cref="ReleaseException">The file is no <c>project.assets.json</c>.</exception>
    public static void Write(FileInfo assets, string version, FileInfo file)
    {
        var (project, packages) = Read(assets);
        file.Directory!.Create();
        using var stream = file.Open(FileMode.Create, FileAccess.Write);
        using var json = new Utf8JsonWriter(stream, Indented);
        json.WriteStartObject();
        json.WriteString("bomFormat", "CycloneDX");
        json.WriteString("specVersion", "1.6");
        json.WriteNumber("version", 1);
        json.WriteStartObject("metadata");
        json.WriteStartObject("component");
        json.WriteString("type", "application");
        json.WriteString("bom-ref", project);
        json.WriteString("name", project);
        json.WriteString("version", version);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartArray("components");
        foreach (var (name, packageVersion, hash) in packages)
        {
            json.WriteStartObject();
            json.WriteString("type", "library");
            json.WriteString("bom-ref", Purl(name, packageVersion));
            json.WriteString("name", name);
            json.WriteString("version", packageVersion);
            json.WriteString("purl", Purl(name, packageVersion));
            json.WriteStartArray("hashes");
            json.WriteStartObject();
            json.WriteString("alg", "SHA-512");
            json.WriteString("content", Convert.ToHexStringLower(Convert.FromBase64String(hash)));
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static (string Project, IReadOnlyList<(string Name, string Version, string Hash)> Packages) Read(FileInfo assets)
    {
        try
        {
            var root = JsonNode.Parse(File.ReadAllText(assets.FullName))!;
            var project = root["project"]!["restore"]!["projectName"]!.GetValue<string>();
            var frameworks = root["project"]!["frameworks"]!.AsObject().Select(framework => framework.Value!).ToList();
            // Analyzers and compilers are used, not shipped: nobody who takes this project as a part gets them.
            var tools = frameworks.SelectMany(framework => framework["dependencies"]!.AsObject())
                .Where(dependency => (string?)dependency.Value!["suppressParent"] == "All").Select(dependency => dependency.Key).ToList();
            var packages =
                from library in root["libraries"]!.AsObject()
                where library.Value!["type"]!.GetValue<string>() == "package"
                let parts = library.Key.Split('/')
                where !tools.Any(tool => parts[0] == tool || parts[0].EndsWith($".{tool}", StringComparison.Ordinal))
                select (Name: parts[0], Version: parts[1], Hash: library.Value!["sha512"]!.GetValue<string>());
            // A self-contained program brings its runtime, which is no library of the project but a package that was fetched.
            var runtimes =
                from framework in frameworks
                from download in framework["downloadDependencies"]?.AsArray() ?? []
                let name = download!["name"]!.GetValue<string>()
                where name.Contains(".Runtime.", StringComparison.Ordinal)
                let version = download["version"]!.GetValue<string>().Trim('[', ']').Split(',')[0]
                select (Name: name, Version: version, Hash: HashOf(root["packageFolders"]!.AsObject().Select(folder => folder.Key), name, version));
            return (project, [.. packages.Concat(runtimes).OrderBy(package => package.Name, StringComparer.Ordinal)]);
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new ReleaseException($"{assets.FullName} is no project.assets.json. 'dotnet restore' writes it to artifacts/obj/PROJECT.");
        }
    }

    private static string HashOf(IEnumerable<string> folders, string name, string version)
    {
        // Where packages lie after they were fetched: in lower case, with their hash beside them.
        var (low, file) = (name.ToLowerInvariant(), $"{name}.{version}.nupkg.sha512".ToLowerInvariant());
        return folders.Select(folder => Path.Combine(folder, low, version, file)).FirstOrDefault(File.Exists) is { } path
            ? File.ReadAllText(path).Trim()
            : throw new ReleaseException($"The package {name} {version} is part of the program, but {file} lies in none of the package folders.");
    }

    // The identifier of a package of the NuGet registry (package URL specification).
    private static string Purl(string name, string version) => $"pkg:nuget/{name}@{version}";
}
