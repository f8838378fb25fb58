using Azure.Storage.Blobs;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.DeadLetters;
using Hybrid.Messaging.Events;
using Hybrid.Messaging.Storage;
using Hybrid.Messaging.StorageQueues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Hybrid.Messaging;

/// <summary>Registers this room.</summary>
public static class MessagingServices
{
    /// <summary>
    /// Registers, each as one instance: <see cref="IMessageTransport"/>, <see cref="BlobServiceClient"/>, <see cref="ClaimStore"/>,
    /// <see cref="EventSender"/>, <see cref="EventReader"/> and <see cref="DeadLetterStore"/>. Wrong options stop the host at its start.
    /// </summary>
    /// <param name="services">The collection; logging must be registered too.</param>
    /// <param name="configuration">Holds the section <see cref="MessagingOptions.SectionName"/>.</param>
    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);

        services.AddOptionsWithValidateOnStart<MessagingOptions, MessagingOptionsValidator>()
            .Bind(configuration.GetSection(MessagingOptions.SectionName));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<StorageClients>();
        services.AddSingleton(provider => provider.GetRequiredService<StorageClients>().Blobs);
        services.AddSingleton<ClaimStore>();
        services.AddSingleton<DeadLetterStore>();
        services.AddSingleton<EventSender>();
        services.AddSingleton<EventReader>();
        services.AddSingleton(CreateTransport);
        return services;
    }

    private static IMessageTransport CreateTransport(IServiceProvider provider) =>
        Enum.Parse<MessagingTransport>(provider.GetRequiredService<IOptions<MessagingOptions>>().Value.Transport, ignoreCase: true) switch
        {
            MessagingTransport.StorageQueue => ActivatorUtilities.CreateInstance<StorageQueueTransport>(
                provider, provider.GetRequiredService<StorageClients>().Queues),
            var other => throw new NotSupportedException(other.ToString()),
        };
}
