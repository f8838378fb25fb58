using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests;

/// <summary><c>azure.yaml</c> names what is there.</summary>
public sealed class AzdTests(BicepServer bicep)
{
    [Fact]
    public async Task AzureYaml_Service_IsTheTaggedApp()
    {
        var lines = await File.ReadAllLinesAsync(Repository.PathOf("azure.yaml"), TestContext.Current.CancellationToken);
        using var copy = new TemplateCopy();
        var module = Value("module");

        var snapshot = await bicep.SnapshotAsync(copy.PathOf($"{module}.bicepparam"));

        var service = lines.SkipWhile(line => line != "services:").Skip(1).First().Trim().TrimEnd(':');
        Assert.Equal(service, snapshot.Single("Microsoft.Web/sites").Node["tags"]!["azd-service-name"]!.GetValue<string>());
        Assert.True(Directory.Exists(Repository.PathOf(Value("path").Split('/'))));

        string Value(string key) => lines.Select(line => line.Trim()).Single(line => line.StartsWith($"{key}: ", StringComparison.Ordinal))[(key.Length + 2)..];
    }

    [Theory]
    [InlineData("package.sh", " -p:PackageSet=\"${HYBRID_PACKAGE_SET:-Portable}\"", "")]
    [InlineData("package.sh", "HYBRID_PACKAGE_SET:-Portable", "HYBRID_SET:-Portable")]
    [InlineData("package.ps1", " \"-p:PackageSet=$set\"", "")]
    [InlineData("package.ps1", "-p:Deploy=true", "-p:Deploy=false")]
    public void Hook_ThatDoesLess_IsFound(string hook, string old, string replacement)
    {
        var script = File.ReadAllText(Repository.PathOf("infra", "hooks", hook));
        Assert.Contains(old, script, StringComparison.Ordinal);

        Assert.NotEmpty(FindInHook(script.Replace(old, replacement, StringComparison.Ordinal)));
    }

    [Fact]
    public void AzureYaml_Hooks_MakeThePackageItDeploys()
    {
        var text = File.ReadAllText(Repository.PathOf("azure.yaml"));

        foreach (var hook in new[] { "infra/hooks/package.sh", "infra/hooks/package.ps1" })
        {
            Assert.Contains($"run: {hook}", text, StringComparison.Ordinal);
            var script = File.ReadAllText(Repository.PathOf(hook.Split('/')));
            Assert.Empty(FindInHook(script));
        }

        Assert.Contains("dist: .hybrid/deploy/cloud.zip", text, StringComparison.Ordinal);
        // azd packs what it builds itself, and drops the executable bit.
        Assert.Contains("\n    language: custom\n", text, StringComparison.Ordinal);
        Assert.Contains("\n    host: function\n", text, StringComparison.Ordinal);
        Assert.True(
            OperatingSystem.IsWindows() || File.GetUnixFileMode(Repository.PathOf("infra", "hooks", "package.sh")).HasFlag(UnixFileMode.UserExecute));
    }

    /// <summary>What the script does not do; its comments do nothing.</summary>
    private static IEnumerable<string> FindInHook(string script)
    {
        var done = string.Join('\n', script.Split('\n').Where(line => !line.StartsWith('#')));
        return new[] { "zip .hybrid/deploy/cloud .hybrid/deploy/cloud.zip", "-p:Deploy=true", "-p:PackageSet=", "HYBRID_PACKAGE_SET", "-p:Version=", "HYBRID_VERSION" }
            .Where(part => !done.Contains(part, StringComparison.Ordinal));
    }
}
