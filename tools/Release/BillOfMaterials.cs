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
            var packages =
                from library in root["libraries"]!.AsObject()
                where library.Value!["type"]!.GetValue<string>() == "package"
                let parts = library.Key.Split('/')
                orderby library.Key
                select (parts[0], parts[1], library.Value!["sha512"]!.GetValue<string>());
            return (project, [.. packages]);
        }
        catch (Exception exception) when (exception is JsonException or NullReferenceException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new ReleaseException($"{assets.FullName} is no project.assets.json. 'dotnet restore' writes it to artifacts/obj/PROJECT.");
        }
    }

    // The identifier of a package of the NuGet registry (package URL specification).
    private static string Purl(string name, string version) => $"pkg:nuget/{name}@{version}";
}
