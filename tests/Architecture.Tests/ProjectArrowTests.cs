using System.Xml.Linq;

namespace Hybrid.Architecture.Tests;

/// <summary>Projects reference only what the picture in the README allows.</summary>
public sealed class ProjectArrowTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["src/Contracts"] = [],
        ["src/Messaging"] = ["src/Contracts"],
        ["src/Inference"] = [],
        ["src/EdgeWorker"] = ["src/Contracts", "src/Messaging", "src/Inference"],
        ["src/CloudFunctions"] = ["src/Contracts", "src/Messaging", "src/Inference"],
    };

    public static TheoryData<string> Projects()
    {
        var rows = new TheoryData<string>();
        foreach (var file in ProjectFiles("src"))
        {
            rows.Add(FolderOf(file));
        }

        return rows;
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Project_References_FollowTheArrows(string project)
    {
        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is not in the table of arrows; add it there and to the README.");

        var references = ReferencesOf(project);

        Assert.Empty(references.Except(allowed!));
    }

    [Fact]
    public void Products_References_NeverReachToolsOrTests()
    {
        var offenders = ProjectFiles("src")
            .SelectMany(file => ReferencesOf(FolderOf(file)).Select(target => $"{FolderOf(file)} -> {target}"))
            .Where(arrow => !arrow.Split(" -> ")[1].StartsWith("src/", StringComparison.Ordinal));

        Assert.Empty(offenders);
    }

    [Fact]
    public void Solution_EveryProject_IsListed()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "Hybrid.sln")).Replace('\\', '/');

        var missing = new[] { "src", "tools", "tests", "bench" }
            .SelectMany(ProjectFiles)
            .Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(path => !solution.Contains(path, StringComparison.Ordinal));

        Assert.Empty(missing);
    }

    private static IEnumerable<string> ProjectFiles(string folder) =>
        Directory.Exists(Path.Combine(Repository.Root, folder))
            ? Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.csproj", SearchOption.AllDirectories)
            : [];

    private static string FolderOf(string projectFile) =>
        Path.GetRelativePath(Repository.Root, Path.GetDirectoryName(projectFile)!).Replace('\\', '/');

    private static List<string> ReferencesOf(string project)
    {
        var folder = Path.Combine(Repository.Root, project);
        var file = Directory.GetFiles(folder, "*.csproj").Single();

        return [.. XDocument.Load(file).Descendants("ProjectReference")
            .Select(reference => Path.GetFullPath(Path.Combine(folder, reference.Attribute("Include")!.Value.Replace('\\', '/'))))
            .Select(FolderOf)];
    }
}
