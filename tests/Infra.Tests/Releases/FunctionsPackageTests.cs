using System.IO.Compression;
using Hybrid.Release;

namespace Hybrid.Infra.Tests.Releases;

public sealed class FunctionsPackageTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("hybrid-package-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_SelfContained_KeepsTheExecutableBit()
    {
        var published = Publish("""{ "customHandler": { "description": { "defaultExecutablePath": "hybrid-cloud" } } }""");

        FunctionsPackage.Write(published, Package);

        using var archive = ZipFile.OpenRead(Package.FullName);
        Assert.Equal(["Escalation/function.json", "host.json", "hybrid-cloud"], archive.Entries.Select(entry => entry.FullName));
        // Regular file, rwxr-xr-x and rw-r--r--.
        Assert.Equal("100755", Convert.ToString(archive.GetEntry("hybrid-cloud")!.ExternalAttributes >>> 16, 8));
        Assert.Equal("100644", Convert.ToString(archive.GetEntry("host.json")!.ExternalAttributes >>> 16, 8));
    }

    [Fact]
    public void Write_SameFilesAgain_GivesTheSameBytes()
    {
        var published = Publish("{}");
        FunctionsPackage.Write(published, Package);
        var first = File.ReadAllBytes(Package.FullName);
        File.SetLastWriteTimeUtc(Path.Combine(published.FullName, "host.json"), new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        FunctionsPackage.Write(published, Package);

        Assert.Equal(first, File.ReadAllBytes(Package.FullName));
    }

    [Fact]
    public void Write_NeedsDotNet_IsRefusedWithTheRemedy()
    {
        var published = Publish("""{ "customHandler": { "description": { "defaultExecutablePath": "dotnet" } } }""");

        var refusal = Assert.Throws<ReleaseException>(() => FunctionsPackage.Write(published, Package));

        Assert.Contains("starts 'dotnet'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("-p:Deploy=true", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense", "is no JSON")]
    [InlineData(null, "has no host.json")]
    public void Write_NoFunctionsFolder_IsRefused(string? host, string why)
    {
        var published = Publish(host);

        Assert.Contains(why, Assert.Throws<ReleaseException>(() => FunctionsPackage.Write(published, Package)).Message, StringComparison.Ordinal);
    }

    private FileInfo Package => new(Path.Combine(_folder.FullName, "out", "cloud.zip"));

    private DirectoryInfo Publish(string? host)
    {
        var published = _folder.CreateSubdirectory("published");
        published.CreateSubdirectory("Escalation");
        File.WriteAllText(Path.Combine(published.FullName, "Escalation", "function.json"), "{}");
        File.WriteAllText(Path.Combine(published.FullName, "local.settings.json"), "{}");
        File.WriteAllText(Path.Combine(published.FullName, "hybrid-cloud"), "program");
        if (host is not null)
        {
            File.WriteAllText(Path.Combine(published.FullName, "host.json"), host);
        }

        return published;
    }
}
