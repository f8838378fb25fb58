using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Who may do what, in words, to be held against an exact list.</summary>
internal static partial class RoleBaseline
{
    private const string Assignments = "Microsoft.Authorization/roleAssignments";
    private const string Definitions = "Microsoft.Authorization/roleDefinitions";

    // Azure built-in roles (Azure RBAC, "Azure built-in roles"): not taken from the templates, whose ids may be wrong.
    private static readonly Dictionary<string, string> BuiltIn = new()
    {
        ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
        ["ba92f5b4-2d11-453d-a403-e96b0029c9fe"] = "Storage Blob Data Contributor",
        ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
        ["c6a89b2d-59bc-44d0-9896-0f6e12d7b80a"] = "Storage Queue Data Message Sender",
        ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
        ["69a216fc-b8fb-44d8-bc22-1f3c2cd27a39"] = "Azure Service Bus Data Sender",
        ["4f6d3b9b-027b-4f4c-9142-0e5a2a2247e0"] = "Azure Service Bus Data Receiver",
        ["5e0bd9bd-7b93-4f28-af87-19fc36ad61bd"] = "Cognitive Services OpenAI User",
        ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
    };

    private static readonly (string Pattern, string Words)[] Scopes =
    [
        (@"^Microsoft\.Storage/storageAccounts/[^/]+$", "storage account"),
        (@"^Microsoft\.Storage/storageAccounts/[^/]+/queueServices/default/queues/(.+)$", "storage queue $1"),
        (@"^Microsoft\.Storage/storageAccounts/[^/]+/blobServices/default/containers/(.+)$", "container $1"),
        (@"^Microsoft\.ServiceBus/namespaces/[^/]+/queues/(.+)$", "bus queue $1"),
        (@"^Microsoft\.CognitiveServices/accounts/[^/]+$", "model"),
        (@"^Microsoft\.Insights/components/[^/]+$", "telemetry"),
    ];

    // EnsureAsync makes the queue; receiving and completing is "process"; abandoning and renewing is an update, "write"; putting aside is
    // "add" on the poison queue.
    private static readonly string[] MadeForDevices =
    [
        "Hybrid device: own answer queue: actions queues/write",
        "Hybrid device: own answer queue: dataActions queues/messages/add/action",
        "Hybrid device: own answer queue: dataActions queues/messages/process/action",
        "Hybrid device: own answer queue: dataActions queues/messages/write",
        "Hybrid device: own claims: dataActions containers/blobs/delete",
        "Hybrid device: own claims: dataActions containers/blobs/read",
        "Hybrid device: own claims: dataActions containers/blobs/write",
        "Hybrid device: put answers aside: dataActions containers/blobs/write",
    ];

    /// <summary>Roles that are more or fewer than they should be, and those that reach too far.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant) =>
    [
        .. Difference.Of("roles", Expected(variant), Read(snapshot)),
        .. Difference.Of("roles made for devices", variant.Devices.Count == 0 ? [] : MadeForDevices, ReadMade(snapshot)),
        .. Difference.Of(snapshot, [(Definitions, "type", "CustomRole")]),
        .. FindGaps(snapshot),
    ];

    /// <summary>All roles, as <c>app: Storage Blob Data Owner on storage account</c>.</summary>
    private static IEnumerable<string> Read(Snapshot snapshot)
    {
        var custom = snapshot.OfType(Definitions).ToDictionary(role => role.Name, role => role.Text("roleName")!.Split(" (")[0]);
        return snapshot.OfType(Assignments).Select(Describe);

        string Describe(PlannedResource assignment)
        {
            var id = assignment.Text("roleDefinitionId")!.Split('/')[^1];
            var role = BuiltIn.GetValueOrDefault(id) ?? custom.GetValueOrDefault(id) ?? $"unknown role {id}";
            var principal = assignment.Text("principalId")!;
            var isApp = principal.Contains("userAssignedIdentities", StringComparison.Ordinal) && principal.EndsWith(".principalId]", StringComparison.Ordinal);
            var who = isApp ? "app" : principal;
            var path = assignment.Text("condition") is { } condition ? $" below {PathIn().Match(condition).Groups[1].Value}" : "";
            return $"{who}: {role} on {WordsFor(assignment.RoleScope)}{path}";
        }
    }

    private static IEnumerable<string> ReadMade(Snapshot snapshot) =>
        from role in snapshot.OfType(Definitions)
        from permission in role.At("permissions").Items()
        from kind in permission.AsObject()
        from action in kind.Value.Items()
        select $"{role.Text("roleName")!.Split(" (")[0]}: {kind.Key} {action.GetValue<string>().Split("Services/")[^1]}";

    private static IEnumerable<string> Expected(TemplateVariant variant) =>
    [
        "app: Cognitive Services OpenAI User on model",
        "app: Monitoring Metrics Publisher on telemetry",
        "app: Storage Blob Data Owner on storage account",
        "app: Storage Table Data Contributor on storage account",
        .. variant.OnBus
            ?
            [
                "app: Azure Service Bus Data Receiver on bus queue escalations",
                "app: Azure Service Bus Data Receiver on bus queue results",
                "app: Azure Service Bus Data Sender on bus queue answers",
                "app: Azure Service Bus Data Sender on bus queue escalations",
                "app: Azure Service Bus Data Sender on bus queue escalations-rejected",
                "app: Azure Service Bus Data Sender on bus queue results-poison",
            ]
            : new[] { "app: Storage Queue Data Contributor on storage account" },
        .. variant.Devices.SelectMany(device => ExpectedOf(device.Id, device.Principal, variant.OnBus)),
    ];

    private static IEnumerable<string> ExpectedOf(string device, string principal, bool onBus) =>
    [
        $"{principal}: Hybrid device: own claims on container claims below {device}/",
        .. onBus
            ?
            [
                $"{principal}: Azure Service Bus Data Sender on bus queue escalations",
                $"{principal}: Azure Service Bus Data Sender on bus queue results",
                $"{principal}: Azure Service Bus Data Receiver on bus queue answers",
            ]
            : new[]
            {
                $"{principal}: Storage Queue Data Message Sender on storage queue escalations",
                $"{principal}: Storage Queue Data Message Sender on storage queue results",
                $"{principal}: Hybrid device: own answer queue on storage queue answers-{device}",
                $"{principal}: Hybrid device: own answer queue on storage queue answers-{device}-poison",
                $"{principal}: Hybrid device: put answers aside on container dead-letters below answers-{device}/",
            },
    ];

    /// <summary>Where the conditions or the roles made for devices allow more than they should.</summary>
    private static List<string> FindGaps(Snapshot snapshot)
    {
        var found = new List<string>();
        found.AddRange(
            from role in snapshot.OfType(Definitions)
            where role.At("assignableScopes")!.AsArray().Any(scope => !GroupScope().IsMatch(scope!.GetValue<string>()))
            select $"{role.Text("roleName")} can be given beyond its resource group.");
        foreach (var assignment in snapshot.OfType(Assignments))
        {
            if (assignment.Text("principalType") != "ServicePrincipal")
            {
                found.Add($"{assignment.RoleScope}: principalType is {assignment.Text("principalType")}.");
            }

            var id = assignment.Text("roleDefinitionId")!.Split('/')[^1];
            var onContainer = assignment.RoleScope.Contains("/containers/", StringComparison.Ordinal);
            if (assignment.Text("condition") is not { } condition)
            {
                if (onContainer)
                {
                    found.Add($"{assignment.RoleScope}: a container is shared by all devices, and this role has no condition.");
                }

                continue;
            }

            // An action that the condition does not name is free.
            var named = ActionsIn().Matches(condition).Select(match => match.Groups[1].Value).ToHashSet();
            var allowed = snapshot.OfType(Definitions).SingleOrDefault(role => role.Name == id)?.At("permissions.0.dataActions").Items() ?? [];
            found.AddRange(
                from action in allowed.Select(action => action.GetValue<string>())
                where !named.Contains(action)
                select $"{assignment.RoleScope}: the condition does not bind {action}.");
            var whole = string.Join(" AND ", ActionsIn().Matches(condition).Select(match => match.Value));
            if (condition != $"(({whole}) OR ({PathAttribute} StringStartsWith '{PathIn().Match(condition).Groups[1].Value}'))")
            {
                // Any other word between the parts may make it true for everybody.
                found.Add($"{assignment.RoleScope}: the condition is not \"none of these actions, or below this path\".");
            }

            if (assignment.Text("conditionVersion") != "2.0" || !PathIn().Match(condition).Groups[1].Value.EndsWith('/'))
            {
                found.Add($"{assignment.RoleScope}: the condition must be of version 2.0 and name a path that ends in a slash.");
            }
        }

        return found;
    }

    private static string WordsFor(string scope)
    {
        foreach (var (pattern, words) in Scopes)
        {
            if (Regex.Match(scope, pattern) is { Success: true } match)
            {
                return match.Result(words);
            }
        }

        return scope;
    }

    /// <summary>A blob's path behind its container; its name alone would be something else.</summary>
    private const string PathAttribute = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers/blobs:path]";

    [GeneratedRegex("^/subscriptions/[^/]+/resourceGroups/[^/]+$")]
    private static partial Regex GroupScope();

    [GeneratedRegex("StringStartsWith '([^']*)'")]
    private static partial Regex PathIn();

    [GeneratedRegex(@"!\(ActionMatches\{'([^']*)'\}\)")]
    private static partial Regex ActionsIn();
}
