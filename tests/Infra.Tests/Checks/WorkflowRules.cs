using System.Data;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>What the workflows that plan, deploy and release must do, in which order, and when.</summary>
internal static partial class WorkflowRules
{
    private const string Infra = "infra.yml";
    private const string Release = "release.yml";

    /// <summary>What each job does, in this order.</summary>
    private static readonly (string Workflow, string Job, string[] Steps)[] Wanted =
    [
        (Infra, "what-if", ["uses: azure/login@", "az deployment group what-if "]),
        (Infra, "package", ["infra/hooks/package.sh", "uses: actions/upload-artifact@"]),
        (
            Infra, "deploy",
            ["uses: actions/download-artifact@", "uses: azure/login@", "az deployment group create ", "az deployment group create ", "config-zip ", "/api/health"]),
        (
            Release, "build",
            [
                "bash .ci/run", "for form in linux-x64 linux-x64-aot linux-arm64 win-x64;", "-- sbom artifacts/obj/EdgeWorker/", "infra/hooks/package.sh",
                "-- sbom artifacts/obj/CloudFunctions/", "-- checksums out/release", "uses: actions/upload-artifact@",
            ]),
        (
            Release, "release",
            ["uses: actions/download-artifact@", "uses: actions/attest-build-provenance@", "subject-path: out/release/*\n", "gh release create "]),
    ];

    /// <summary>Which jobs a job waits for.</summary>
    private static readonly (string Workflow, string Job, string[] Needs)[] Order =
        [(Infra, "deploy", ["what-if", "package"]), (Release, "release", ["build"])];

    /// <summary>When a job runs: a repository that has no Azure asks for no plan, and a fork gets none.</summary>
    private static readonly (string Workflow, string Job, string Event, string From, string Plan, bool Runs)[] Cases =
    [
        (Infra, "what-if", "workflow_dispatch", "", "", true),
        (Infra, "what-if", "pull_request", "us/hybrid", "true", true),
        (Infra, "what-if", "pull_request", "us/hybrid", "", false),
        (Infra, "what-if", "pull_request", "fork/hybrid", "true", false),
        (Infra, "package", "pull_request", "us/hybrid", "true", false),
        (Infra, "deploy", "workflow_dispatch", "", "", true),
        (Infra, "deploy", "pull_request", "us/hybrid", "true", false),
    ];

    /// <summary>What a workflow does not do, or does at the wrong time, one line each.</summary>
    /// <param name="file">Its name.</param>
    /// <param name="text">Its text.</param>
    public static IEnumerable<string> Find(string file, string text)
    {
        // What is commented out is not done.
        text = Comment().Replace(text, "");
        return
        [
            // The one token there is, GitHub's own, is no secret of the repository.
            .. Secret().Matches(text).Select(match => $"The workflow reads {match.Value.Trim()}: it must need no secret."),
            .. from step in Step().Matches(text)
               where step.Value.Contains("uses: azure/login@", StringComparison.Ordinal)
               from input in (string[])["client-id", "tenant-id", "subscription-id"]
               where !step.Value.Contains($" {input}: ${{{{ vars.", StringComparison.Ordinal)
               select $"azure/login has no {input}: it must sign in by OpenID Connect.",
            .. Wanted.Where(row => row.Workflow == file).SelectMany(row => FindInSteps(row.Job, JobOf(text, row.Job), row.Steps)),
            .. from row in Order
               where row.Workflow == file
               from job in row.Needs.Except(Words().Matches(Needs().Match(JobOf(text, row.Job)).Groups[1].Value).Select(match => match.Value))
               select $"The job {row.Job} does not wait for {job}.",
            .. from row in Cases
               where row.Workflow == file && Runs(JobOf(text, row.Job), row.Event, row.From, row.Plan) != row.Runs
               select $"The job {row.Job} must {(row.Runs ? "" : "not ")}run on {row.Event} from '{row.From}' with HYBRID_PLAN '{row.Plan}'.",
        ];
    }

    /// <summary>A job by its name; empty where there is none.</summary>
    public static string JobOf(string text, string name) =>
        JobsOf(text).SingleOrDefault(job => job.TrimStart().StartsWith($"{name}:\n", StringComparison.Ordinal)) ?? "";

    /// <summary>The jobs.</summary>
    public static string[] JobsOf(string text) => JobStart().Split(text[text.IndexOf("\njobs:\n", StringComparison.Ordinal)..])[1..];

    private static IEnumerable<string> FindInSteps(string name, string job, string[] steps)
    {
        var place = 0;
        foreach (var step in steps)
        {
            var next = job.IndexOf(step, place, StringComparison.Ordinal);
            if (next < 0)
            {
                yield return $"The job {name} lacks '{step.Trim()}', or has it too early.";
            }
            else
            {
                place = next + step.Length;
            }
        }
    }

    /// <summary>The condition with its names replaced, as a filter of ADO.NET: its "and" binds closer than its "or", as GitHub's do.</summary>
    private static bool Runs(string job, string theEvent, string from, string plan)
    {
        if (Condition().Match(job) is not { Success: true } match)
        {
            return true;
        }

        var values = new Dictionary<string, string>
        {
            ["github.event_name"] = theEvent,
            ["github.event.pull_request.head.repo.full_name"] = from,
            ["github.repository"] = "us/hybrid",
            ["vars.HYBRID_PLAN"] = plan,
        };
        var filter = Name().Replace(match.Groups[1].Value, name => name.Groups[1].Success ? name.Value : $"'{values[name.Value]}'")
            .Replace("&&", "AND", StringComparison.Ordinal).Replace("||", "OR", StringComparison.Ordinal)
            .Replace("==", "=", StringComparison.Ordinal).Replace("!=", "<>", StringComparison.Ordinal);
        using var table = new DataTable { Locale = CultureInfo.InvariantCulture };
        return (bool)table.Compute(filter, "");
    }

    [GeneratedRegex(@"^ *#.*\n", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"\bsecrets\b[.\[][^\s}]*|\bsecrets: *\S+")]
    private static partial Regex Secret();

    [GeneratedRegex(@"^      - (?:.*\n)(?:(?:        .*)?\n)*", RegexOptions.Multiline)]
    private static partial Regex Step();

    [GeneratedRegex(@"^    needs: *(.*(?:\n      *- .*)*)$", RegexOptions.Multiline)]
    private static partial Regex Needs();

    [GeneratedRegex(@"[\w-]+")]
    private static partial Regex Words();

    [GeneratedRegex(@"^    if: *(.*)$", RegexOptions.Multiline)]
    private static partial Regex Condition();

    [GeneratedRegex(@"('[^']*')|\b[a-z]+(?:\.\w+)+")]
    private static partial Regex Name();

    [GeneratedRegex(@"\n(?=  [a-z][a-z0-9-]*:\n)")]
    private static partial Regex JobStart();
}
