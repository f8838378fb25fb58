using Hybrid.Infra.Tests.Bicep;
using Hybrid.Infra.Tests.Checks;
using Hybrid.Messaging;

namespace Hybrid.Infra.Tests;

/// <summary>The baseline over every variant of the parameters.</summary>
public sealed class TemplateTests(BicepServer bicep)
{
    public static TheoryData<string> Variants => [.. TemplateVariant.All.Select(variant => variant.Name)];

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Template_EachVariant_MeetsTheBaseline(string name)
    {
        var variant = TemplateVariant.Of(name);

        var snapshot = await bicep.SnapshotAsync(variant);

        Assert.Empty(SecurityBaseline.Find(snapshot, variant.AllowSas, variant.IsPrivate));
        Assert.Empty(RoleBaseline.FindGaps(snapshot));
        Assert.Empty(QueueBaseline.Find(snapshot, variant.OnBus, DevicesOf(variant)));
        Assert.Empty(await SettingBaseline.FindAsync(snapshot, variant.OnBus));
    }

    [Fact]
    public async Task Roles_OverStorageQueues_AreExactlyThese()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("queues"));

        Assert.Equal(ExpectedRoles(onBus: false), RoleBaseline.Read(snapshot));
    }

    [Fact]
    public async Task Roles_OverServiceBus_AreExactlyThese()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("bus"));

        Assert.Equal(ExpectedRoles(onBus: true), RoleBaseline.Read(snapshot));
    }

    [Fact]
    public async Task Roles_MadeForDevices_AllowExactlyWhatTheEdgeWorkerDoes()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("queues"));

        var roles = snapshot.OfType("Microsoft.Authorization/roleDefinitions").ToDictionary(
            role => role.Text("roleName")!.Split(" (")[0],
            role => role.At("permissions")!.AsArray().Single()!.AsObject()
                .SelectMany(kind => kind.Value!.AsArray().Select(action => $"{kind.Key} {action!.GetValue<string>().Split("Services/")[1]}"))
                .Order(StringComparer.Ordinal));
        Assert.Equal(3, roles.Count);
        // EnsureAsync makes the queue; receiving and completing is "process"; abandoning and renewing is an update, "write"; putting aside
        // is "add" on the poison queue.
        Assert.Equal(
            ["actions queues/write", "dataActions queues/messages/add/action", "dataActions queues/messages/process/action", "dataActions queues/messages/write"],
            roles["Hybrid device: own answer queue"]);
        Assert.Equal(
            ["dataActions containers/blobs/delete", "dataActions containers/blobs/read", "dataActions containers/blobs/write"],
            roles["Hybrid device: own claims"]);
        Assert.Equal(["dataActions containers/blobs/write"], roles["Hybrid device: put answers aside"]);
    }

    [Fact]
    public async Task Model_Existing_IsUsedWhereItIs()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("existing"));

        Assert.Empty(snapshot.OfType("Microsoft.CognitiveServices/accounts"));
        var role = Assert.Single(
            snapshot.OfType("Microsoft.Authorization/roleAssignments"),
            assignment => assignment.RoleScope.StartsWith("Microsoft.CognitiveServices/", StringComparison.Ordinal));
        Assert.StartsWith("/subscriptions/00000000-0000-0000-0000-00000000000f/resourceGroups/models/", role.Id, StringComparison.Ordinal);
        Assert.Contains("accounts/shared'", snapshot.Settings["HYBRID__Model__Endpoint"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("private", "account", "blob", "namespace", "queue", "table")]
    [InlineData("private-existing", "blob", "queue", "table")]
    public async Task Network_Private_ReachesEveryServiceThere(string variant, params string[] expected)
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of(variant));

        var groups = snapshot.OfType("Microsoft.Network/privateEndpoints")
            .Select(endpoint => endpoint.At("privateLinkServiceConnections")![0]!["properties"]!["groupIds"]![0]!.GetValue<string>());
        Assert.Equal(expected, groups.Order(StringComparer.Ordinal));
        // No zone without its endpoint: it would hide what others have under the same name.
        Assert.Equal(expected.Length, snapshot.OfType("Microsoft.Network/privateEndpoints/privateDnsZoneGroups").Count());
        Assert.Equal(expected.Length, snapshot.OfType("Microsoft.Network/privateDnsZones").Count());
        Assert.Equal(expected.Length, snapshot.OfType("Microsoft.Network/privateDnsZones/virtualNetworkLinks").Count());
        Assert.EndsWith("/subnets/app", snapshot.Single("Microsoft.Web/sites").Text("virtualNetworkSubnetId"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("queues", "custom", "1.0")]
    [InlineData("long", "dotnet-isolated", "10.0")]
    public async Task Runtime_EachPackageSet_IsItsOwn(string variant, string runtime, string version)
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of(variant));

        var app = snapshot.Single("Microsoft.Web/sites");
        Assert.Equal(runtime, app.Text("functionAppConfig.runtime.name"));
        Assert.Equal(version, app.Text("functionAppConfig.runtime.version"));
        // The isolated worker brings its extensions along; a bundle would come on top.
        Assert.Equal(runtime == "custom", snapshot.Settings.ContainsKey("AzureFunctionsJobHost__extensionBundle__id"));
        Assert.Equal("FC1", snapshot.Single("Microsoft.Web/serverfarms").Node["sku"]!["name"]!.GetValue<string>());
    }

    [Fact]
    public async Task Transport_OfTheFullBuild_NeedsNoOtherSettings()
    {
        // The portable build cannot read what only the full one has; but both reach Service Bus by the same section.
        const string full = "param packageSet = 'Full'\nparam transport =";
        using var copy = new TemplateCopy();
        var model = TemplateVariant.Of("queues").Parameters;
        var amqp = await bicep.SnapshotAsync(copy.WriteParameters($"{model}\n{full} 'Amqp'"));

        var sdk = await bicep.SnapshotAsync(copy.WriteParameters($"{model}\n{full} 'ServiceBus'"));

        const string transport = "HYBRID__Messaging__Transport";
        Assert.Equal("ServiceBus", sdk.Settings[transport]);
        Assert.Equal(amqp.Settings.Where(pair => pair.Key != transport).ToDictionary(), sdk.Settings.Where(pair => pair.Key != transport).ToDictionary());
        Assert.Equal(RoleBaseline.Read(amqp), RoleBaseline.Read(sdk));
        Assert.Empty(SecurityBaseline.Find(sdk));
        Assert.Empty(QueueBaseline.Find(sdk, onBus: true));
    }

    [Fact]
    public async Task Alerts_Queries_SayWhatTheProgramsSay()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("queues"));

        var queries = snapshot.OfType("Microsoft.Insights/scheduledQueryRules").ToDictionary(
            rule => rule.Text("displayName")!, rule => rule.At("criteria.allOf")![0]!["query"]!.GetValue<string>());
        Assert.Equal(["failed-calls", "oldest-escalation", "put-aside"], queries.Keys.Order(StringComparer.Ordinal));
        var quoted = queries["put-aside"].Split("has \"")[1].Split('"')[0];
        Assert.Contains(quoted, CodeFacts.PutAsideMessage, StringComparison.Ordinal);
        Assert.Contains(queries["failed-calls"].Split("has \"")[1].Split('"')[0], CodeFacts.FailedMessage, StringComparison.Ordinal);
        Assert.All(queries.Values, query => Assert.DoesNotContain("%", query, StringComparison.Ordinal));
        // The host samples what comes often; what the alerts read must all arrive.
        var unsampled = CodeFacts.HostJson["logging"]!["applicationInsights"]!["samplingSettings"]!["excludedTypes"]!.GetValue<string>().Split(';');
        Assert.All(
            queries.Values.SelectMany(query => new[] { "requests", "traces" }.Where(table => query.Contains(table, StringComparison.Ordinal))),
            table => Assert.Contains(unsampled, type => string.Equals($"{type}s", table, StringComparison.OrdinalIgnoreCase)));
        Assert.Contains("\"Escalation\"", queries["failed-calls"], StringComparison.Ordinal);
        Assert.Contains("\"EscalationPoison\"", queries["put-aside"], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public async Task Outputs_AreExactlyThese_AndTheScriptsTakeNoOthers(string name)
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of(name));

        string[] expected = ["blobServiceUri", "functionAppName", "functionAppUri", "messagingTransport", "queueServiceUri", "serviceBusHost"];
        Assert.Equal(expected, snapshot.Outputs.Select(output => output.Key).Order(StringComparer.Ordinal));
        foreach (var file in new[] { Repository.PathOf(".github", "workflows", "infra.yml"), Repository.PathOf("infra", "README.md") })
        {
            var taken = System.Text.RegularExpressions.Regex.Matches(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), @"outputs\.(\w+)\.value");
            Assert.NotEmpty(taken);
            Assert.All(taken, use => Assert.Contains(use.Groups[1].Value, expected));
        }
    }

    [Fact]
    public async Task Keys_Allowed_AreSignedForADayAtMost()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("keys"));

        var account = snapshot.Single("Microsoft.Storage/storageAccounts");
        Assert.Equal(("Log", "1.00:00:00"), (account.Text("sasPolicy.expirationAction"), account.Text("sasPolicy.sasExpirationPeriod")));
    }

    [Fact]
    public async Task DeadLetters_OnServiceBus_AlertFromTheFirst()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("bus"));

        Assert.Equal(["DeadletteredMessages Maximum GreaterThan 0 of *"], CriteriaOf(snapshot, "alert-dead-letters-"));
    }

    [Fact]
    public async Task Escalations_OnServiceBusThatNobodyTakes_AlertWithoutTheFunctions()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("bus"));

        Assert.Equal(
            [$"ActiveMessages Minimum GreaterThan 0 of {QueueAddress.Escalations.Name}", $"CompleteMessage Total LessThan 1 of {QueueAddress.Escalations.Name}"],
            CriteriaOf(snapshot, "alert-stalled-"));
    }

    [Fact]
    public async Task Deadline_Longer_IsOutlivedByEverythingKept()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("long"));

        Assert.Equal("67.00:00:00", snapshot.Settings["HYBRID__Claims__KeepFor"]);
        var rules = snapshot.Single("Microsoft.Storage/storageAccounts/managementPolicies").At("policy.rules")!.AsArray();
        Assert.All(
            rules,
            rule => Assert.True(rule!["definition"]!["actions"]!["baseBlob"]!["delete"]!["daysAfterModificationGreaterThan"]!.GetValue<int>() >= 67));
    }

    [Fact]
    public async Task Deadline_Longer_IsOutlivedOnServiceBusToo()
    {
        var snapshot = await bicep.SnapshotAsync(TemplateVariant.Of("long-bus"));

        var queues = snapshot.OfType("Microsoft.ServiceBus/namespaces/queues").ToList();
        Assert.NotEmpty(queues);
        Assert.All(queues, queue => Assert.True(System.Xml.XmlConvert.ToTimeSpan(queue.Text("defaultMessageTimeToLive")!) >= TimeSpan.FromDays(60), queue.Name));
    }

    [Fact]
    public async Task Resources_WithTags_AreOfPinnedVersions()
    {
        using var copy = new TemplateCopy();
        var variant = TemplateVariant.Of("private");

        var snapshot = await bicep.SnapshotAsync(copy.WriteParameters($"{variant.Parameters}\nparam tags = {{ cost: 'plant' }}"));

        Assert.All(snapshot.Resources, resource => Assert.Matches(
            @"^\d{4}-\d{2}-\d{2}", resource.Node["apiVersion"]!.GetValue<string>()));
        // What has a place has tags.
        Assert.All(
            snapshot.Resources.Where(resource => resource.Node.ContainsKey("location")),
            resource => Assert.Equal("plant", resource.Node["tags"]?["cost"]?.GetValue<string>()));
    }

    private static IEnumerable<string> CriteriaOf(Snapshot snapshot, string alert) =>
        from criterion in snapshot.OfType("Microsoft.Insights/metricAlerts").Single(rule => rule.Name.StartsWith(alert, StringComparison.Ordinal))
            .At("criteria.allOf")!.AsArray()
        select $"{criterion["metricName"]} {criterion["timeAggregation"]} {criterion["operator"]} {criterion["threshold"]} of {criterion["dimensions"]![0]!["values"]![0]}";

    private static string[] DevicesOf(TemplateVariant variant) =>
        variant.Parameters.Contains("devicePrincipals", StringComparison.Ordinal)
            ? [TemplateVariant.FirstDevice, TemplateVariant.SecondDevice]
            : [];

    private static IEnumerable<string> ExpectedRoles(bool onBus)
    {
        List<string> expected =
        [
            "app: Cognitive Services OpenAI User on model",
            "app: Monitoring Metrics Publisher on telemetry",
            "app: Storage Blob Data Owner on storage account",
            "app: Storage Table Data Contributor on storage account",
        ];
        expected.AddRange(onBus
            ?
            [
                "app: Azure Service Bus Data Receiver on bus queue escalations",
                "app: Azure Service Bus Data Receiver on bus queue results",
                "app: Azure Service Bus Data Sender on bus queue answers",
                "app: Azure Service Bus Data Sender on bus queue escalations",
                "app: Azure Service Bus Data Sender on bus queue escalations-rejected",
                "app: Azure Service Bus Data Sender on bus queue results-poison",
            ]
            : ["app: Storage Queue Data Contributor on storage account"]);
        foreach (var (device, principal) in new[]
        {
            (TemplateVariant.FirstDevice, TemplateVariant.FirstPrincipal), (TemplateVariant.SecondDevice, TemplateVariant.SecondPrincipal),
        })
        {
            expected.Add($"{principal}: Hybrid device: own claims on container claims below {device}/");
            expected.AddRange(onBus
                ?
                [
                    $"{principal}: Azure Service Bus Data Sender on bus queue escalations",
                    $"{principal}: Azure Service Bus Data Sender on bus queue results",
                    $"{principal}: Azure Service Bus Data Receiver on bus queue answers",
                ]
                :
                [
                    $"{principal}: Storage Queue Data Message Sender on storage queue escalations",
                    $"{principal}: Storage Queue Data Message Sender on storage queue results",
                    $"{principal}: Hybrid device: own answer queue on storage queue answers-{device}",
                    $"{principal}: Hybrid device: own answer queue on storage queue answers-{device}-poison",
                    $"{principal}: Hybrid device: put answers aside on container dead-letters below answers-{device}/",
                ]);
        }

        return expected.Order(StringComparer.Ordinal);
    }
}
