using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Hybrid.Messaging.Tests;

/// <summary>The services as a program has them.</summary>
internal static class Messengers
{
    /// <summary>For an account.</summary>
    public static ServiceProvider For(string connectionString, TimeProvider? time = null) =>
        With(new Dictionary<string, string?> { ["Messaging:ConnectionString"] = connectionString }, time);

    /// <summary>For a configuration.</summary>
    public static ServiceProvider With(IEnumerable<KeyValuePair<string, string?>> settings, TimeProvider? time = null)
    {
        var services = new ServiceCollection().AddLogging();
        if (time is not null)
        {
            services.AddSingleton(time);
        }

        return services.AddMessaging(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).BuildServiceProvider();
    }
}
