using System.Text.RegularExpressions;

namespace Hybrid.Architecture.Tests;

/// <summary>The catalogues of crash points and the sources say the same, so that the matrix of the end-to-end tests misses nothing.</summary>
public sealed partial class CrashPointTests
{
    private static readonly Dictionary<string, string[]> PassedBy = new()
    {
        ["EdgeCrashPoints"] = ["src/EdgeWorker"],
        ["CloudCrashPoints"] = ["src/CloudFunctions"],
        ["SharedCrashPoints"] = ["src/Messaging"],
    };

    [Theory]
    [InlineData("EdgeCrashPoints")]
    [InlineData("CloudCrashPoints")]
    [InlineData("SharedCrashPoints")]
    public void Catalogue_EveryPoint_IsPassedOnceOrMoreAndListed(string catalogue)
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "src/Contracts/Crashes", catalogue + ".cs"));
        var constants = Constant().Matches(text).Select(match => match.Groups["name"].Value).ToList();
        var listed = Word().Matches(text[text.IndexOf("All {", StringComparison.Ordinal)..]).Select(match => match.Value).Except(["All", "get"]).ToList();
        var passed = PassedBy[catalogue].SelectMany(Hits).Where(hit => hit.StartsWith(catalogue + ".", StringComparison.Ordinal))
            .Select(hit => hit.Split('.')[1]).Distinct().ToList();

        Assert.NotEmpty(constants);
        Assert.Equal(constants, listed);
        Assert.Equal(constants.Order(), passed.Order());
    }

    [Fact]
    public void Sources_EveryHit_NamesAPointOfItsOwnCatalogue()
    {
        var allowed = PassedBy.SelectMany(pair => pair.Value.Select(folder => (folder, pair.Key))).ToDictionary(pair => pair.folder, pair => pair.Key);

        var offenders = Directory.EnumerateDirectories(Path.Combine(Repository.Root, "src")).Select(path => $"src/{Path.GetFileName(path)}")
            .SelectMany(folder => Hits(folder).Select(hit => (folder, hit)))
            .Where(pair => allowed.GetValueOrDefault(pair.folder) is not { } catalogue || !pair.hit.StartsWith(catalogue + ".", StringComparison.Ordinal));

        Assert.Empty(offenders);
    }

    private static IEnumerable<string> Hits(string folder) => Repository.SourceFiles(folder)
        .SelectMany(file => Hit().Matches(File.ReadAllText(file))).Select(match => match.Groups["point"].Value);

    [GeneratedRegex(@"public const string (?<name>\w+) = ""[a-z.]+"";")]
    private static partial Regex Constant();

    [GeneratedRegex(@"\bCrashPoint\.Hit\((?<point>[^)]*)\)")]
    private static partial Regex Hit();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
