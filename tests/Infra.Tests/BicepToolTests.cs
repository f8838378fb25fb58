using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Bicep;
using Hybrid.Infra.Tests.Checks;

namespace Hybrid.Infra.Tests;

/// <summary>What a person at the command line would run, with any warning failing.</summary>
public sealed class BicepToolTests(BicepServer bicep)
{
    public static TheoryData<string> Sources => [.. Files("*.bicep").Concat(Files("*.bicepparam"))];

    public static TheoryData<string> ParameterFiles => [.. Files("*.bicepparam")];

    [Fact]
    public async Task Build_Main_GivesATemplateWithoutAWord()
    {
        var run = await BicepProgram.RunAsync("build", PathOf("main.bicep"), "--stdout");

        run.AssertClean();
        Assert.Contains("deploymentTemplate.json#", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lint_Main_FindsNothing() => (await BicepProgram.RunAsync("lint", PathOf("main.bicep"))).AssertClean();

    [Theory]
    [MemberData(nameof(ParameterFiles))]
    public async Task BuildParams_EachFile_Compiles(string file) =>
        (await BicepProgram.RunAsync("build-params", PathOf(file), "--stdout")).AssertClean();

    [Theory]
    [MemberData(nameof(ParameterFiles))]
    public async Task Snapshot_EachFile_IsWhatIsCommitted(string file)
    {
        var run = await BicepProgram.RunAsync(
            "snapshot", PathOf(file), "--mode", "validate", "--tenant-id", BicepServer.Tenant, "--subscription-id", BicepServer.Subscription,
            "--resource-group", BicepServer.Group, "--location", BicepServer.Location, "--deployment-name", BicepServer.Deployment);

        Assert.True(
            run.ExitCode == 0,
            $"{run.Output}{run.Error}\nIf the change is meant, write the snapshot anew: infra/snapshots.sh; and read the difference.");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public async Task Format_EachFile_IsTheFormatters(string file)
    {
        var formatted = await bicep.FormatAsync(PathOf(file));

        var text = await File.ReadAllTextAsync(PathOf(file), TestContext.Current.CancellationToken);
        Assert.True(formatted.ReplaceLineEndings("\n") == text.ReplaceLineEndings("\n"), $"{file} is not formatted. Run 'bicep format' on it.");
    }

    [Theory]
    [MemberData(nameof(Sources))]
    public void Parameters_EachFile_AreDescribed(string file)
    {
        var lines = File.ReadAllLines(PathOf(file));
        if (file.EndsWith(".bicepparam", StringComparison.Ordinal))
        {
            return;
        }

        for (var index = 0; index < lines.Length; index++)
        {
            if (!lines[index].StartsWith("param ", StringComparison.Ordinal))
            {
                continue;
            }

            var decorators = string.Join('\n', lines[..index].Reverse().TakeWhile(line => line.Length > 0));
            var description = Regex.Match(decorators, @"@description\('(Required|Optional|Conditional)\. (.*)'\)");
            Assert.True(description.Success, $"{file}: {lines[index]} needs a description that begins with Required., Optional. or Conditional.");
            // In main.bicep an operator reads it: whether it is needed or not agrees with the default.
            if (file == "main.bicep")
            {
                var hasDefault = lines[index].Contains('=', StringComparison.Ordinal) || lines[index].EndsWith('?');
                Assert.True(hasDefault == (description.Groups[1].Value == "Optional"), $"{file}: {lines[index]} is not {description.Groups[1].Value}.");
            }
        }
    }

    [Fact]
    public async Task Descriptions_OfParameters_SayWhatIsDeclared()
    {
        var compiled = await bicep.CompileAsync(PathOf("main.bicep"));

        var found = Documentation.Find(compiled.Json!);
        Assert.True(found.Count == 0, string.Join('\n', found));
    }

    /// <summary>Nothing is a mere warning, since nobody reads warnings; and the rules that guard secrets are among those.</summary>
    [Fact]
    public void Linter_EveryRule_IsAnError() => Assert.Empty(LinterRules.Find(File.ReadAllText(PathOf("bicepconfig.json"))));

    private static string PathOf(string file) => Path.Combine(Repository.Templates, file);

    private static IEnumerable<string> Files(string pattern) => Directory
        .EnumerateFiles(Repository.Templates, pattern, SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(Repository.Templates, file).Replace('\\', '/'))
        .Order(StringComparer.Ordinal);
}
