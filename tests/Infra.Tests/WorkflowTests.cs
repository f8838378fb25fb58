using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Checks;

namespace Hybrid.Infra.Tests;

/// <summary>The GitHub workflows: pinned, with no right that a job does not name, and no text of strangers in a shell.</summary>
public sealed partial class WorkflowTests
{
    // Looked up in public workflow files, where many repositories pin the same hash with the same version.
    private static readonly Dictionary<string, string> Known = new()
    {
        ["actions/checkout"] = "11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2",
        ["actions/setup-dotnet"] = "67a3573c9a986a3f9c594539f4ab511d57bb3ce9 # v4.3.1",
        ["actions/setup-node"] = "49933ea5288caeca8642d1e84afbd3f7d6820020 # v4.4.0",
        ["actions/upload-artifact"] = "ea165f8d65b6e75b540449e92b4886f43607fa02 # v4.6.2",
        ["actions/download-artifact"] = "d3f86a106a0bac45b974a628896c90dbdf5c8093 # v4.3.0",
        ["actions/attest-build-provenance"] = "e8998f949152b193b063cb0ec769d69d929409be # v2.4.0",
        ["azure/login"] = "a457da9ea143d694b1b9c7c869ebb04ebe844ef5 # v2.3.0",
    };

    /// <summary>What a job may write, by workflow: GitHub's rights, each with the step that needs it.</summary>
    private static readonly Dictionary<string, string[]> MayWrite = new()
    {
        ["ci.yml"] = [],
        // azure/login.
        ["infra.yml"] = ["id-token"],
        // gh release create; attest-build-provenance.
        ["release.yml"] = ["contents", "id-token", "attestations"],
    };

    public static TheoryData<string> Workflows =>
        [.. Directory.EnumerateFiles(Repository.PathOf(".github", "workflows"), "*.yml").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Workflows))]
    public void Workflow_Each_IsSafe(string file) => Assert.Empty(Find(file, Read(file)));

    [Theory]
    [InlineData("actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "actions/checkout@v4", "is not pinned")]
    [InlineData("actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "actions/checkout@0000000000000000000000000000000000000000 # v4.2.2", "unknown hash")]
    [InlineData("\npermissions: {}\n", "\n", "permissions: {}")]
    [InlineData("    permissions:\n      contents: read\n", "", "names no permissions")]
    [InlineData("run: bash .ci/run", "run: echo ${{ github.event.pull_request.title }}", "in a shell")]
    [InlineData("persist-credentials: false", "persist-credentials: true", "keeps its credentials")]
    [InlineData("timeout-minutes: 90", "# no limit", "has no timeout")]
    [InlineData("  pull_request:", "  pull_request_target:", "with the rights of the repository")]
    [InlineData("      contents: read\n", "      contents: write\n", "may write contents")]
    [InlineData("      contents: read\n", "      contents: read\n      id-token: write\n", "may write id-token")]
    [InlineData("    permissions:\n      contents: read\n", "    permissions: write-all\n", "names no permissions")]
    public void Workflow_MadeUnsafe_IsFound(string old, string replacement, string finding)
    {
        var text = Read("ci.yml");
        Assert.Contains(old, text, StringComparison.Ordinal);

        var found = Find("ci.yml", text.Replace(old, replacement, StringComparison.Ordinal));

        Assert.Contains(found, line => line.Contains(finding, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(
        "infra.yml", "          client-id: ${{ vars.AZURE_CLIENT_ID }}\n", "          creds: ${{ secrets.AZURE_CREDENTIALS }}\n",
        "azure/login has no client-id")]
    [InlineData(
        "infra.yml", "          client-id: ${{ vars.AZURE_CLIENT_ID }}\n", "          creds: ${{ secrets.AZURE_CREDENTIALS }}\n",
        "reads secrets.AZURE_CREDENTIALS")]
    [InlineData("infra.yml", "      GROUP: ${{ vars.AZURE_RESOURCE_GROUP }}\n", "      GROUP: ${{ secrets['GROUP'] }}\n", "reads secrets['GROUP']")]
    [InlineData(
        "infra.yml", "      - run: az deployment group what-if", "      - run: az deployment group validate",
        "The job what-if lacks 'az deployment group what-if'")]
    [InlineData(
        "infra.yml", "      - run: az deployment group what-if", "      # - run: az deployment group what-if",
        "The job what-if lacks 'az deployment group what-if'")]
    [InlineData(
        "infra.yml", " && github.event.pull_request.head.repo.full_name == github.repository", "",
        "The job what-if must not run on pull_request from 'fork/hybrid' with HYBRID_PLAN 'true'")]
    [InlineData("infra.yml", "vars.HYBRID_PLAN == 'true' && ", "", "The job what-if must not run on pull_request from 'us/hybrid' with HYBRID_PLAN ''")]
    [InlineData("infra.yml", "    if: github.event_name == 'workflow_dispatch'\n    needs:", "    needs:", "The job deploy must not run on pull_request")]
    [InlineData("infra.yml", "needs: [what-if, package]", "needs: [package]", "The job deploy does not wait for what-if")]
    [InlineData("infra.yml", "    needs: [what-if, package]\n", "", "The job deploy does not wait for package")]
    [InlineData("release.yml", "      - uses: actions/attest-build-provenance@", "      - uses: actions/cache@", "lacks 'uses: actions/attest-build-provenance@'")]
    [InlineData("release.yml", "subject-path: out/release/*", "subject-path: out/release/*.json", "lacks 'subject-path: out/release/*'")]
    [InlineData("release.yml", "      - run: bash .ci/run\n", "", "lacks 'bash .ci/run'")]
    [InlineData("release.yml", " linux-arm64", "", "lacks 'for form in linux-x64 linux-x64-aot linux-arm64 win-x64;'")]
    [InlineData("release.yml", "-- sbom artifacts/obj/CloudFunctions/", "-- sbom artifacts/obj/EdgeWorker/", "lacks '-- sbom artifacts/obj/CloudFunctions/'")]
    [InlineData("release.yml", "-- checksums out/release", "-- checksums out", "lacks '-- checksums out/release'")]
    [InlineData("release.yml", "    needs: build\n", "", "The job release does not wait for build")]
    public void Workflow_ThatDoesLess_IsFound(string file, string old, string replacement, string finding)
    {
        var text = Read(file);
        Assert.Contains(old, text, StringComparison.Ordinal);

        var found = WorkflowRules.Find(file, text.Replace(old, replacement, StringComparison.Ordinal));

        Assert.Contains(found, line => line.Contains(finding, StringComparison.Ordinal));
    }

    [Fact]
    public void Deploy_WaitsForItsReviewers_AndPlansInItsOwnEnvironment()
    {
        var text = Read("infra.yml");

        var deploy = WorkflowRules.JobOf(text, "deploy");
        Assert.Contains("\n    environment: ${{ inputs.environment }}\n", deploy, StringComparison.Ordinal);
        var plan = WorkflowRules.JobOf(text, "what-if");
        Assert.Contains("\n    environment: ${{ inputs.environment || 'dev' }}-plan\n", plan, StringComparison.Ordinal);
        // What a branch proposes runs before anybody has read it: it asks for a reader's rights.
        Assert.Contains("what-if --resource-group \"$GROUP\" --parameters \"$PARAMETERS\" --validation-level ProviderNoRbac\n", plan, StringComparison.Ordinal);
        var read = System.Text.RegularExpressions.Regex.Matches(
            string.Concat(Directory.EnumerateFiles(Repository.PathOf("infra", "bicep"), "*.bicepparam").Select(File.ReadAllText)), @"readEnvironmentVariable\('(\w+)'");
        Assert.NotEmpty(read);
        Assert.All([deploy, plan], job => Assert.All(read, variable => Assert.Contains($"\n      {variable.Groups[1].Value}: ${{{{ vars.{variable.Groups[1].Value} ", job, StringComparison.Ordinal)));
    }

    [Fact]
    public void Release_GivesItsTokenToOneStep() => Assert.Single(Read("release.yml").Split("GH_TOKEN")[1..]);

    [Theory]
    [InlineData("infra.yml", "deploy")]
    [InlineData("infra.yml", "what-if")]
    [InlineData("release.yml", "release")]
    public void Job_WithRightsToWrite_RunsNothingOfOthers(string workflow, string job) =>
        Assert.All(["dotnet", "npm", ".ci/run", "package.sh"], tool => Assert.DoesNotContain(tool, WorkflowRules.JobOf(Read(workflow), job), StringComparison.Ordinal));

    [Fact]
    public void Ci_Runs_WhatDevelopersRun() => Assert.Contains("- run: bash .ci/run\n", Read("ci.yml"), StringComparison.Ordinal);

    [Theory]
    [InlineData("infra.yml", "infra/hooks/package.sh")]
    [InlineData("release.yml", "infra/hooks/package.sh")]
    [InlineData("infra.yml", "infra/bicep/main.bicep")]
    public void Workflow_NamedFiles_AreThere(string workflow, string file)
    {
        Assert.Contains(Path.GetDirectoryName(file)!.Replace('\\', '/'), Read(workflow), StringComparison.Ordinal);
        Assert.True(File.Exists(Repository.PathOf(file.Split('/'))), file);
    }

    private static string Read(string file) => File.ReadAllText(Repository.PathOf(".github", "workflows", file)).ReplaceLineEndings("\n");

    private static List<string> Find(string file, string text)
    {
        var found = new List<string>();
        foreach (Match use in Uses().Matches(text))
        {
            var (action, reference) = (use.Groups[1].Value, use.Groups[2].Value.Trim());
            if (!Pin().IsMatch(reference))
            {
                found.Add($"{action}@{reference} is not pinned by a full hash with its version beside it.");
            }
            else if (Known.GetValueOrDefault(action) != reference)
            {
                found.Add($"{action}@{reference} has an unknown hash: look it up and enter it here.");
            }
        }

        if (!text.Contains("\npermissions: {}\n", StringComparison.Ordinal))
        {
            found.Add("The workflow must begin with permissions: {}.");
        }

        if (text.Contains("pull_request_target", StringComparison.Ordinal) || text.Contains("workflow_run", StringComparison.Ordinal))
        {
            found.Add("Code of strangers would run with the rights of the repository.");
        }

        foreach (var job in WorkflowRules.JobsOf(text))
        {
            found.AddRange(Writes().Matches(job).Select(match => match.Groups[1].Value).Except(MayWrite[file]).Select(right => $"A job may write {right}."));
            found.AddRange(new[] { ("    permissions:\n", "names no permissions"), ("    timeout-minutes:", "has no timeout") }
                .Where(rule => !job.Contains(rule.Item1, StringComparison.Ordinal))
                .Select(rule => $"A job {rule.Item2}: {job.Split('\n')[0].Trim()}"));
        }

        found.AddRange(
            from line in ShellLines(text)
            where line.Contains("${{", StringComparison.Ordinal)
            select $"An expression stands in a shell: {line.Trim()}");
        if (text.Split("actions/checkout@").Length != text.Split("persist-credentials: false").Length)
        {
            found.Add("A checkout keeps its credentials.");
        }

        found.AddRange(WorkflowRules.Find(file, text));
        return found;
    }

    /// <summary>The lines of <c>run:</c>, of one line or in a block.</summary>
    private static IEnumerable<string> ShellLines(string text)
    {
        var depth = -1;
        foreach (var line in text.Split('\n'))
        {
            var indent = line.Length - line.TrimStart().Length;
            if (RunStart().IsMatch(line))
            {
                depth = line.IndexOf("run:", StringComparison.Ordinal);
                yield return line;
            }
            else if (depth >= 0 && (line.Length == 0 || indent > depth))
            {
                yield return line;
            }
            else
            {
                depth = -1;
            }
        }
    }

    [GeneratedRegex(@"uses: *([^@\s]+)@(.*)")]
    private static partial Regex Uses();

    [GeneratedRegex(@"^[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex Pin();

    [GeneratedRegex(@"^ *([a-z-]+): *write\s*$", RegexOptions.Multiline)]
    private static partial Regex Writes();

    [GeneratedRegex(@"^ *(- )?run:")]
    private static partial Regex RunStart();
}
