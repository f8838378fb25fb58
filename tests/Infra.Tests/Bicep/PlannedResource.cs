using System.Globalization;
using System.Text.Json.Nodes;

namespace Hybrid.Infra.Tests.Bicep;

/// <summary>A resource that would be made.</summary>
internal sealed class PlannedResource(JsonObject node)
{
    private const string Roles = "/providers/Microsoft.Authorization/roleAssignments/";

    /// <summary>The resource id.</summary>
    public string Id { get; } = node["id"]!.GetValue<string>();

    /// <summary>The type, as <c>Microsoft.Storage/storageAccounts</c>.</summary>
    public string Type { get; } = node["type"]!.GetValue<string>();

    /// <summary>The name without the parents' names.</summary>
    public string Name { get; } = node["name"]!.GetValue<string>().Split('/')[^1];

    /// <summary>The properties; empty where it has none.</summary>
    public JsonObject Properties { get; } = node["properties"]?.AsObject() ?? [];

    /// <summary>The whole resource.</summary>
    public JsonObject Node { get; } = node;

    /// <summary>For a role assignment: what it is limited to, from the provider on.</summary>
    public string RoleScope => Id[(Id.IndexOf("/providers/", StringComparison.Ordinal) + "/providers/".Length)..Id.IndexOf(Roles, StringComparison.Ordinal)];

    /// <summary>A property by its path, as <c>networkAcls.defaultAction</c> or <c>scopes.0</c>; null where it is not there.</summary>
    public JsonNode? At(string path) => path.Split('.').Aggregate((JsonNode?)Properties, (node, part) => node switch
    {
        JsonObject inner => inner[part],
        JsonArray items when int.TryParse(part, CultureInfo.InvariantCulture, out var index) && index < items.Count => items[index],
        _ => null,
    });

    /// <summary>A property as text; null where it is not there.</summary>
    public string? Text(string path) => At(path)?.ToString();
}
