using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Services are reached inside the network only where one is asked for, and are found there by their names.</summary>
internal static partial class NetworkBaseline
{
    private const string Endpoints = "Microsoft.Network/privateEndpoints";
    private const string Zones = "Microsoft.Network/privateDnsZones";
    private const string Storage = "Microsoft.Storage/storageAccounts";
    private const string Bus = "Microsoft.ServiceBus/namespaces";
    private const string Account = "Microsoft.CognitiveServices/accounts";

    // "Azure Private Endpoint private DNS zone values": what is reached, its sub-resource, and the zone, {0} being the cloud's suffix.
    private static readonly (string Type, string Group, string Zone)[] Known =
    [
        (Storage, "blob", "privatelink.blob.{0}"),
        (Storage, "queue", "privatelink.queue.{0}"),
        (Storage, "table", "privatelink.table.{0}"),
        (Bus, "namespace", "privatelink.servicebus.windows.net"),
        (Account, "account", "privatelink.openai.azure.com"),
    ];

    /// <summary>What is wrong, one line each.</summary>
    public static IReadOnlyList<string> Find(Snapshot snapshot, TemplateVariant variant)
    {
        var found = Difference.Of(snapshot, Wanted(variant.IsPrivate)).ToList();
        if (!variant.IsPrivate)
        {
            found.AddRange(
                from resource in snapshot.Resources
                where resource.Type.StartsWith("Microsoft.Network/", StringComparison.Ordinal)
                select $"{resource.Type} {resource.Name} was not asked for.");
            return found;
        }

        found.AddRange(
            from bus in snapshot.OfType(Bus)
            where bus.Node["sku"]!["name"]!.GetValue<string>() != "Premium"
            select $"{bus.Type} {bus.Name}: private endpoints need the tier Premium.");
        var used = Known.Where(known => snapshot.OfType(known.Type).Any()).ToList();
        found.AddRange(Difference.Of(
            "private endpoints",
            used.Select(known => $"{known.Type} {known.Group} in {known.Zone}"),
            snapshot.OfType(Endpoints).Select(endpoint => Describe(snapshot, endpoint))));
        var zones = snapshot.OfType(Zones).Select(zone => ZoneIn(zone.Name)).ToList();
        // A zone without its endpoint would hide what others have under the same name.
        found.AddRange(Difference.Of("zones", used.Select(known => known.Zone), zones));
        found.AddRange(Difference.Of("links of the network to zones", zones, snapshot.OfType($"{Zones}/virtualNetworkLinks").Select(link =>
            ZoneIn(link.Node["name"]!.GetValue<string>()))));
        if (snapshot.OfType("Microsoft.Network/virtualNetworks").SingleOrDefault() is { } network)
        {
            FindInSubnets(snapshot, network, found);
        }

        return found;
    }

    private static IEnumerable<(string Type, string Path, string? Wanted)> Wanted(bool isPrivate)
    {
        var (access, action) = isPrivate ? ("Disabled", "Deny") : ("Enabled", "Allow");
        return
        [
            (Storage, "publicNetworkAccess", access),
            (Storage, "networkAcls.defaultAction", action),
            (Storage, "networkAcls.bypass", "None"),
            (Bus, "publicNetworkAccess", access),
            (Account, "publicNetworkAccess", access),
            (Account, "networkAcls.defaultAction", action),
            (Account, "networkAcls.bypass", null),
            (Endpoints, "privateLinkServiceConnections.1", null),
            (Endpoints, "privateLinkServiceConnections.0.properties.groupIds.1", null),
            // A network whose machines wrote their own names there could take a service's.
            ($"{Zones}/virtualNetworkLinks", "registrationEnabled", "false"),
        ];
    }

    private static string Describe(Snapshot snapshot, PlannedResource endpoint)
    {
        var connection = endpoint.At("privateLinkServiceConnections.0.properties")!;
        var id = connection["privateLinkServiceId"]!.GetValue<string>();
        var type = snapshot.Resources.SingleOrDefault(resource => resource.Id == id)?.Type ?? id;
        var groups = snapshot.OfType($"{Endpoints}/privateDnsZoneGroups").Where(group => group.Id.StartsWith($"{endpoint.Id}/", StringComparison.Ordinal));
        var zones = groups.SelectMany(group => group.At("privateDnsZoneConfigs").Items()).Select(zone => ZoneIn(zone["properties"]!["privateDnsZoneId"]!.GetValue<string>()));
        var outside = endpoint.Text("subnet.id")!.EndsWith("/subnets/endpoints", StringComparison.Ordinal) ? "" : " outside their subnet";
        return $"{type} {connection["groupIds"]![0]} in {string.Join(" and ", zones)}{outside}";
    }

    private static void FindInSubnets(Snapshot snapshot, PlannedResource network, List<string> found)
    {
        var guard = snapshot.Single("Microsoft.Network/networkSecurityGroups");
        found.AddRange(Difference.Of(
            "subnets",
            ["app of Microsoft.App/environments", "endpoints of nobody"],
            from subnet in network.At("subnets").Items()
            let delegates = subnet["properties"]!["delegations"].Items().Select(delegation => delegation["properties"]!["serviceName"]!.ToString())
            select $"{subnet["name"]} of {string.Join(" and ", delegates.DefaultIfEmpty("nobody"))}"));
        found.AddRange(
            from subnet in network.At("subnets").Items()
            where subnet["properties"]!["networkSecurityGroup"]?["id"]?.GetValue<string>() != guard.Id
            select $"The subnet {subnet["name"]} has no security group.");
        found.AddRange(Difference.Of(snapshot,
        [
            ("Microsoft.Web/sites", "virtualNetworkSubnetId", $"{network.Id}/subnets/app"),
            ($"{Zones}/virtualNetworkLinks", "virtualNetwork.id", network.Id),
        ]));
        found.AddRange(Difference.Of(
            "rules of the network", ["Deny Inbound * from Internet:* to *:*"], guard.At("securityRules").Items().Select(rule => Words(rule["properties"]!))));

        static string Words(JsonNode rule) =>
            $"{rule["access"]} {rule["direction"]} {rule["protocol"]} from {rule["sourceAddressPrefix"]}:{rule["sourcePortRange"]}"
            + $" to {rule["destinationAddressPrefix"]}:{rule["destinationPortRange"]}";
    }

    private static string ZoneIn(string expression) => Zone().Match(expression) is { Success: true, Value: var zone } ? zone : expression;

    [GeneratedRegex(@"(?<=^|')priv[\w.{}]+|(?<=/privateDnsZones/)[\w.]+|^[\w.]+(?=/)")]
    private static partial Regex Zone();
}
