using System.Text.Json.Nodes;
using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>How the checks say what is not as it should be.</summary>
internal static class Difference
{
    /// <summary>Two lists in any order.</summary>
    /// <param name="what">What they hold, in the plural.</param>
    /// <param name="wanted">What should be there.</param>
    /// <param name="there">What is there.</param>
    public static IEnumerable<string> Of(string what, IEnumerable<string> wanted, IEnumerable<string> there)
    {
        var (missing, more) = (wanted.ToList(), new List<string>());
        foreach (var name in there)
        {
            if (!missing.Remove(name))
            {
                more.Add(name);
            }
        }

        return missing.Select(name => $"The {what} lack {name}.").Concat(more.Select(name => $"The {what} have {name}, which is not expected."));
    }

    /// <summary>Properties of every resource of some types.</summary>
    /// <param name="snapshot">The deployment.</param>
    /// <param name="rows">Type, path of the property, and its value as text; null where it must not be set.</param>
    public static IEnumerable<string> Of(Snapshot snapshot, IEnumerable<(string Type, string Path, string? Wanted)> rows) =>
        from row in rows
        from resource in snapshot.OfType(row.Type)
        from finding in Of(resource, row.Path, row.Wanted)
        select finding;

    /// <summary>A property of one resource.</summary>
    public static IEnumerable<string> Of(PlannedResource resource, string path, string? wanted)
    {
        if (!string.Equals(resource.Text(path), wanted, StringComparison.OrdinalIgnoreCase))
        {
            yield return $"{resource.Type} {resource.Name}: {path} is {resource.Text(path) ?? "not set"}, not {wanted ?? "left out"}.";
        }
    }

    /// <summary>The items of an array; none where it is not there.</summary>
    public static IEnumerable<JsonNode> Items(this JsonNode? array) => (array as JsonArray)?.Select(item => item!) ?? [];
}
