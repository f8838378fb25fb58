using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>The models a caller may name for a prompt.</summary>
internal static class KnownModels
{
    /// <summary>Their names; one that the mode forbids is left out.</summary>
    public static IReadOnlyList<string> Of(LocalModels models, RoutingOptions routing) =>
    [
        ModelNames.Hybrid,
        .. models.Name is { } local ? (IEnumerable<string>)[local] : [],
        .. routing.Mode == RouteMode.LocalOnly ? (IEnumerable<string>)[] : [ModelNames.Cloud],
    ];
}
