using Hybrid.Infra.Tests.Bicep;
using Hybrid.Infra.Tests.Checks;

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

        var found = await Baseline.FindAsync(snapshot, variant);
        Assert.True(found.Count == 0, string.Join('\n', found));
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
        using var copy = new TemplateCopy();
        var variant = TemplateVariant.Of("sdk");
        var amqp = await bicep.SnapshotAsync(copy.WriteParameters(variant.Parameters.Replace("'ServiceBus'", "'Amqp'", StringComparison.Ordinal)));

        var sdk = await bicep.SnapshotAsync(variant);

        const string transport = "HYBRID__Messaging__Transport";
        Assert.Equal("ServiceBus", sdk.Settings[transport]);
        Assert.Equal(amqp.Settings.Where(pair => pair.Key != transport).ToDictionary(), sdk.Settings.Where(pair => pair.Key != transport).ToDictionary());
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
}
