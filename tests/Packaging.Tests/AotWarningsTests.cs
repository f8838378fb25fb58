using System.Text.RegularExpressions;

namespace Hybrid.Packaging.Tests;

/// <summary>What the ahead-of-time compiler warned about when a program was published as machine code.</summary>
public sealed partial class AotWarningsTests
{
    [Theory]
    [InlineData("src/CloudFunctions", "cloud-aot.log")]
    [InlineData("src/EdgeWorker", "edge-linux-x64-aot.log")]
    public void Warnings_AreOfReviewedAssembliesOnly(string project, string log)
    {
        var reviewed = File.ReadAllLines(Repository.Path($"{project}/AotWarnings.txt")).Where(line => line.Length > 0 && line[0] != '#');
        var lines = File.ReadAllLines(Published.Path(log));

        var warnings = lines.Where(line => Warning().IsMatch(line)).ToList();

        // Ours would name their code; those of others are summed up, assembly by assembly.
        Assert.All(warnings, line => Assert.Matches(Summed(), line));
        Assert.Equal(reviewed.Order(), warnings.Select(line => Summed().Match(line).Groups["assembly"].Value).Distinct().Order());
        Assert.Contains(lines, line => line.Contains("Generating native code", StringComparison.Ordinal));
    }

    [GeneratedRegex(@"warning (IL|CA|CS)\d+")]
    private static partial Regex Warning();

    [GeneratedRegex(@"warning (IL2104|IL3053): Assembly '(?<assembly>[^']+)'")]
    private static partial Regex Summed();
}
