using System.Text.Json.Nodes;

namespace Hybrid.Infra.Tests.Bicep;

/// <summary>
/// What a deployment would make: every module opened, every loop run, every condition decided. What only Azure can tell stays an expression
/// in brackets.
/// </summary>
internal sealed class Snapshot
{
    private readonly JsonNode _root;

    public Snapshot(string json)
    {
        Json = json;
        _root = JsonNode.Parse(json)!;
        Resources = [.. _root["predictedResources"]!.AsArray().Select(node => new PlannedResource(node!.AsObject()))];
    }

    /// <summary>The whole as text.</summary>
    public string Json { get; }

    /// <summary>Everything that would be made.</summary>
    public IReadOnlyList<PlannedResource> Resources { get; }

    /// <summary>The outputs by name.</summary>
    public JsonObject Outputs => _root["outputs"]?.AsObject() ?? [];

    /// <summary>The app settings of the function app.</summary>
    public IReadOnlyDictionary<string, string> Settings => Single("Microsoft.Web/sites/config").Properties
        .ToDictionary(pair => pair.Key, pair => pair.Value!.GetValue<string>());

    /// <summary>The resources of a type.</summary>
    public IEnumerable<PlannedResource> OfType(string type) => Resources.Where(resource => resource.Type == type);

    /// <summary>The one resource of a type.</summary>
    public PlannedResource Single(string type) => OfType(type).Single();
}
