using System.Text.Json.Nodes;

namespace Hybrid.Packaging.Tests;

/// <summary>What can be said of the Dockerfiles without a Docker engine.</summary>
public sealed class DockerfileTests
{
    public static TheoryData<string> Files => [.. Directory.EnumerateFiles(Repository.Path("packaging/docker"), "*.Dockerfile").Select(file => Path.GetFileName(file))];

    [Fact]
    public void Files_AreTwo() => Assert.Equal(["cloud.Dockerfile", "edge.Dockerfile"], Files.Select(row => row.Data).Order());

    [Theory]
    [MemberData(nameof(Files))]
    public void Images_HaveATag(string file)
    {
        var lines = Read(file);
        var arguments = lines.Where(line => line.Instruction == "ARG" && line.Text.Contains('=', StringComparison.Ordinal))
            .Select(line => line.Text.Split('=', 2)).ToDictionary(pair => $"${{{pair[0]}}}", pair => pair[1]);
        var images = lines.Where(line => line.Instruction == "FROM")
            .Select(line => line.Text.Split(' ').First(word => !word.StartsWith("--", StringComparison.Ordinal))).Select(image => arguments[image]).ToList();

        Assert.Equal(2, images.Count);
        Assert.All(images, image => Assert.Matches(@"^mcr\.microsoft\.com/dotnet/[a-z-]+:10\.0-[a-z-]+(@sha256:[0-9a-f]{64})?$", image));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void LastStage_IsNobodyWithAHealthCheck(string file)
    {
        var lines = Read(file);
        var last = lines.Skip(lines.FindLastIndex(line => line.Instruction == "FROM")).ToList();

        var user = Assert.Single(last, line => line.Instruction == "USER").Text;
        Assert.True(int.Parse(user, System.Globalization.CultureInfo.InvariantCulture) > 0);
        var health = Assert.Single(last, line => line.Instruction == "HEALTHCHECK").Text;
        var command = JsonNode.Parse(health[health.IndexOf('[', StringComparison.Ordinal)..])!.AsArray().Select(part => (string)part!).ToList();
        var entry = JsonNode.Parse(Assert.Single(last, line => line.Instruction == "ENTRYPOINT").Text)!.AsArray().Select(part => (string)part!).ToList();
        // The program itself: the image has neither a shell nor curl.
        Assert.Equal([entry[0], "health"], command[..2]);
        Assert.DoesNotContain(last, line => line.Instruction is "RUN" or "EXPOSE" or "ADD");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Copies_AreThere(string file)
    {
        var copies = Read(file).Where(line => line.Instruction == "COPY" && !line.Text.Contains("--from=", StringComparison.Ordinal)).ToList();

        var sources = copies.SelectMany(line => line.Text.Split(' ')[..^1]).ToList();

        Assert.NotEmpty(sources);
        Assert.All(sources, source => Assert.True(Path.Exists(Repository.Path(source)), source));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Copies_AreAllThatTheProjectsTake(string file)
    {
        var lines = Read(file);
        var sources = lines.Where(line => line.Instruction == "COPY").SelectMany(line => line.Text.Split(' ')[..^1]).ToList();
        var project = lines.Single(line => line.Instruction == "RUN").Text.Split(' ')[2];

        var needed = Directory.EnumerateFiles(Repository.Path(project), "*.csproj")
            .SelectMany(path => System.Xml.Linq.XDocument.Load(path).Descendants())
            .Where(element => element.Name.LocalName is "ProjectReference" or "Content" or "Import")
            .Select(element => (string?)(element.Attribute("Include") ?? element.Attribute("Project")) ?? "")
            .Where(include => include.StartsWith("../", StringComparison.Ordinal) && !include.Contains("windows", StringComparison.Ordinal))
            .Select(include => Path.GetRelativePath(Repository.Root, Path.GetFullPath(include.Replace("/**", "", StringComparison.Ordinal), Repository.Path(project))))
            .ToList();

        Assert.NotEmpty(needed);
        Assert.All(needed, path => Assert.Contains(sources, source => path == source || path.StartsWith($"{source}/", StringComparison.Ordinal)));
    }

    private static List<(string Instruction, string Text)> Read(string file) =>
        File.ReadAllText(Repository.Path($"packaging/docker/{file}")).Replace("\\\n", "", StringComparison.Ordinal).Split('\n')
            .Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(' ', 2)).Select(parts => (parts[0], parts[1].Trim())).ToList();
}
