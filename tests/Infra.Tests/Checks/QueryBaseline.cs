using System.Globalization;
using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Bicep;
using Hybrid.Messaging;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>The alerts' queries ask for what host and program say, in the columns where it stands.</summary>
internal static partial class QueryBaseline
{
    private const string Rules = "Microsoft.Insights/scheduledQueryRules";

    // What azure-webjobs-sdk logs: QueueProcessor of the Storage extension.
    private const string MovedMessage = "Message has reached MaxDequeueCount of {0}. Moving message to queue '{1}'.";

    // And before each call: the triggers' details, of the Storage extension from and before version 5, and of Service Bus.
    private const string Came = "2026-11-30T08:01:02.0000000";

    private static readonly string[] Details =
    [
        $"Trigger Details: MessageId: 7b1f, DequeueCount: 1, InsertedOn: {Came}+00:00",
        $"Trigger Details: MessageId: 7b1f, DequeueCount: 1, InsertionTime: {Came}+00:00",
        $"Trigger Details: MessageId: 7b1f, SequenceNumber: 3, DeliveryCount: 1, EnqueuedTimeUtc: {Came}Z, LockedUntilUtc: 2026-11-30T08:02:02Z",
    ];

    // Application Insights, "Tables": of the columns that could be meant, those each table has.
    private static readonly Dictionary<string, string[]> Columns = new()
    {
        ["requests"] = ["name", "success", "timestamp", "operation_Name"],
        ["traces"] = ["message", "timestamp", "operation_Name"],
    };

    /// <summary>What each query must ask: of which functions, for which messages, and for what else.</summary>
    private static readonly (string Alert, bool PutAside, string[] Says, string[] Asks)[] Wanted =
    [
        ("put-aside", true, [CodeFacts.PutAsideMessage, MovedMessage], []),
        ("oldest-escalation", false, [], ["isnotnull(came)", "project waitedMinutes = (timestamp - came) / 1m"]),
        ("failed-calls", false, [CodeFacts.FailedMessage], ["success == false"]),
    ];

    /// <summary>What is asked in vain, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, bool onBus)
    {
        var found = new List<string>();
        foreach (var rule in snapshot.OfType(Rules))
        {
            var (name, query) = (rule.Text("displayName")!, rule.Text("criteria.allOf.0.query")!);
            var words = Wanted.Where(row => row.Alert == name).SelectMany(row => FindInWords(query, row.Says, row.Asks, FunctionsOf(onBus, row.PutAside)));
            found.AddRange(words.Concat(FindInColumns(query)).Concat(FindInDetails(query)).Select(finding => $"The query of {name} {finding}."));
            if (rule.Text("criteria.allOf.0.metricMeasureColumn") is { } column && !query.Contains($"project {column} =", StringComparison.Ordinal))
            {
                found.Add($"The query of {name} does not give {column}, which is measured.");
            }
        }

        return found;
    }

    /// <summary>The functions that take escalations, or those that take what was put aside.</summary>
    private static IEnumerable<string> FunctionsOf(bool onBus, bool putAside) =>
        from pair in CodeFacts.Functions
        where pair.Value["type"]!.GetValue<string>() == (onBus ? "serviceBusTrigger" : "queueTrigger")
        let queue = pair.Value["queueName"]!.GetValue<string>()
        where queue.StartsWith(QueueAddress.Escalations.Name, StringComparison.Ordinal) && queue != QueueAddress.Escalations.Name == putAside
        select pair.Key;

    private static IEnumerable<string> FindInWords(string query, string[] says, string[] asks, IEnumerable<string> functions)
    {
        var texts = Has().Matches(query).Select(match => match.Groups[1].Value).ToList();
        var wanted = string.Join(", ", functions.Select(function => $"\"{function}\""));
        var named = InList().Matches(query).Select(match => match.Groups[1].Value).DefaultIfEmpty("no function");
        return
        [
            .. named.Where(list => list != wanted).Select(list => $"asks for {list}, not {wanted}"),
            .. says.Where(said => !texts.Any(said.Contains)).Select(said => $"overlooks '{said}'"),
            .. texts.Where(text => !says.Any(said => said.Contains(text, StringComparison.Ordinal))).Select(text => $"asks for '{text}', which nobody says"),
            .. asks.Where(part => !query.Contains(part, StringComparison.Ordinal)).Select(part => $"lacks {part}"),
            .. query.Contains('%', StringComparison.Ordinal) ? ["has a place that was not filled"] : Array.Empty<string>(),
        ];
    }

    private static IEnumerable<string> FindInColumns(string query)
    {
        // The host samples what comes often; what the alerts read must all arrive.
        var unsampled = CodeFacts.HostJson["logging"]!["applicationInsights"]!["samplingSettings"]!["excludedTypes"]!.GetValue<string>()
            .Split(';').Select(type => $"{type}s").ToList();
        var parts = Table().Split(Quoted().Replace(query, "\"\"")).Where(part => Columns.Keys.Any(part.StartsWith)).ToList();
        if (parts.Count == 0)
        {
            yield return "reads no table";
        }

        foreach (var part in parts)
        {
            var table = Columns.Keys.Single(part.StartsWith);
            if (!unsampled.Contains(table, StringComparer.OrdinalIgnoreCase))
            {
                yield return $"reads {table}, of which the host drops some";
            }

            foreach (var column in Compared().Matches(part).Select(match => match.Groups[1].Value).Except(Columns[table]))
            {
                yield return $"reads {column}, which {table} do not have";
            }
        }
    }

    private static IEnumerable<string> FindInDetails(string query) =>
    [
        .. from match in Extract().Matches(query)
           from said in Details
           let time = Regex.Match(said, match.Groups[1].Value, RegexOptions.None, TimeSpan.FromSeconds(1)).Groups[1].Value
           where !DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var came)
               || came != DateTimeOffset.Parse($"{Came}Z", CultureInfo.InvariantCulture)
           select $"finds no time in '{said}'",
        .. from match in StartsWith().Matches(query)
           let start = match.Groups[1].Value
           where !Details.All(said => said.StartsWith(start, StringComparison.Ordinal))
           select $"asks for '{start}', with which nothing starts",
    ];

    [GeneratedRegex(@"\bin \(([^)]*)\)")]
    private static partial Regex InList();

    [GeneratedRegex("\\bhas \"([^\"]*)\"")]
    private static partial Regex Has();

    [GeneratedRegex("\\bstartswith \"([^\"]*)\"")]
    private static partial Regex StartsWith();

    [GeneratedRegex("\\bextract\\(\"([^\"]*)\", 1, message\\)")]
    private static partial Regex Extract();

    [GeneratedRegex("\"[^\"]*\"")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\b(?=(?:requests|traces)\b)")]
    private static partial Regex Table();

    /// <summary>What a condition compares, or a difference is taken from.</summary>
    [GeneratedRegex(@"(?<=where |and |\()(\w+)(?= in \(| has | startswith | == | - )")]
    private static partial Regex Compared();
}
