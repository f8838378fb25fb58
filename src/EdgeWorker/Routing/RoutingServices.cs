using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.EdgeWorker.Routing;

/// <summary>Registers this room.</summary>
internal static class RoutingServices
{
    public static IServiceCollection AddRouting(this IServiceCollection services, RoutingOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<Router>();
        services.AddSingleton<Chores>();
        return services;
    }
}
