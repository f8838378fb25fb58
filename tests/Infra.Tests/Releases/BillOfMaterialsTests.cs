using System.Text.Json.Nodes;
using Hybrid.Release;

namespace Hybrid.Infra.Tests.Releases;

public sealed class BillOfMaterialsTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybrid-bill-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_CloudFunctions_ListsEveryPackageWithItsHash()
    {
        var assets = new FileInfo(Repository.PathOf("artifacts", "obj", "CloudFunctions", "project.assets.json"));
        var bill = new FileInfo(Path.Combine(_folder.FullName, "bill.json"));

        BillOfMaterials.Write(assets, "1.2.3", bill);

        var json = JsonNode.Parse(File.ReadAllText(bill.FullName))!;
        Assert.Equal("CycloneDX", json["bomFormat"]!.GetValue<string>());
        Assert.Equal("1.2.3", json["metadata"]!["component"]!["version"]!.GetValue<string>());
        var components = json["components"]!.AsArray();
        Assert.Contains(components, component => component!["purl"]!.GetValue<string>().StartsWith("pkg:nuget/Azure.Identity@", StringComparison.Ordinal));
        // What only builds is not shipped.
        Assert.DoesNotContain(components, component => component!["name"]!.GetValue<string>().Contains("Analyzers", StringComparison.Ordinal));
        Assert.All(components, component => Assert.Equal(128, component!["hashes"]![0]!["content"]!.GetValue<string>().Length));
        Assert.Equal(components.Count, components.Select(component => component!["bom-ref"]!.GetValue<string>()).Distinct().Count());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Write_SelfContained_ListsTheRuntimeItBrings(bool isThere)
    {
        var assets = new FileInfo(Path.Combine(_folder.FullName, "assets.json"));
        var (bill, packages) = (new FileInfo(Path.Combine(_folder.FullName, "bill.json")), Path.Combine(_folder.FullName, "packages"));
        File.WriteAllText(assets.FullName, $$"""
            {
              "libraries": {
                "A/1.0.0": { "type": "package", "sha512": "AAAA" }, "runtime.linux-x64.Compiler/2.0.0": { "type": "package", "sha512": "AAAA" },
                "Compiler/2.0.0": { "type": "package", "sha512": "AAAA" }, "Ours/1.0.0": { "type": "project" }
              },
              "packageFolders": { {{JsonValue.Create(packages).ToJsonString()}}: {} },
              "project": {
                "restore": { "projectName": "P" },
                "frameworks": {
                  "net10.0": {
                    "dependencies": { "A": { "target": "Package" }, "Compiler": { "suppressParent": "All" } },
                    "downloadDependencies": [
                      { "name": "Our.App.Runtime.linux-x64", "version": "[3.0.1, 3.0.1]" }, { "name": "runtime.linux-x64.Compiler", "version": "[2.0.0, 2.0.0]" }
                    ]
                  }
                }
              }
            }
            """);
        var runtime = Path.Combine(packages, "our.app.runtime.linux-x64", "3.0.1");
        if (isThere)
        {
            Directory.CreateDirectory(runtime);
            File.WriteAllText(Path.Combine(runtime, "our.app.runtime.linux-x64.3.0.1.nupkg.sha512"), "AAEC");
            BillOfMaterials.Write(assets, "1.2.3", bill);

            var components = JsonNode.Parse(File.ReadAllText(bill.FullName))!["components"]!.AsArray();
            Assert.Equal(
                ["pkg:nuget/A@1.0.0", "pkg:nuget/Our.App.Runtime.linux-x64@3.0.1"], components.Select(component => component!["purl"]!.GetValue<string>()));
            Assert.Equal("000102", components[1]!["hashes"]![0]!["content"]!.GetValue<string>());
        }
        else
        {
            Assert.Contains("Our.App.Runtime.linux-x64 3.0.1", Assert.Throws<ReleaseException>(() => BillOfMaterials.Write(assets, "1.2.3", bill)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Write_AnotherFile_IsRefused()
    {
        var assets = new FileInfo(Path.Combine(_folder.FullName, "assets.json"));
        File.WriteAllText(assets.FullName, "{}");

        var refusal = Assert.Throws<ReleaseException>(() => BillOfMaterials.Write(assets, "1.2.3", new FileInfo(assets.FullName + ".out")));

        Assert.Contains("is no project.assets.json", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Checksums_Folder_AreThoseOfItsFiles()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "b.txt"), "");
        File.WriteAllText(Path.Combine(_folder.FullName, "a.txt"), "abc");

        Checksums.Write(_folder);
        Checksums.Write(_folder);

        // The SHA-256 of "abc" and of nothing (FIPS 180-4, examples).
        Assert.Equal(
            [
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  a.txt",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  b.txt",
            ],
            File.ReadAllLines(Path.Combine(_folder.FullName, Checksums.FileName)));
    }
}
