using Azure.Core;
using Azure.Identity;
using Azure.Storage.Blobs;
using Hybrid.Messaging.Amqp;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.DeadLetters;
using Hybrid.Messaging.Events;
using Hybrid.Messaging.Storage;
using Hybrid.Messaging.StorageQueues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
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
            MessagingTransport.Amqp => CreateAmqp(provider),
            MessagingTransport.ServiceBus when ServiceBusPart.Create(provider) is { } transport => transport,
            var other => throw new NotSupportedException(other.ToString()),
        };

    private static AmqpTransport CreateAmqp(IServiceProvider provider)
    {
        // Validated at the start; whoever asks earlier gets the same failures.
        var settings = AmqpSettingsReader.Read(
            provider.GetRequiredService<IOptions<MessagingOptions>>().Value.Amqp, static (key, value, demand) => throw new OptionsValidationException(
                MessagingOptions.SectionName, typeof(MessagingOptions), [$"{MessagingOptions.SectionName}:{key} is {value}; {demand}."]))!;
        var time = provider.GetRequiredService<TimeProvider>();
        TokenSource? tokens = settings switch
        {
            { IsServiceBus: false } => null,
            { Key: { } key } => new SasTokens(key, SasTokens.UsualLifetime, time),
            { Signature: { } signature } => new GivenToken(signature),
            _ => new EntraTokens(provider.GetService<TokenCredential>() ?? new DefaultAzureCredential()),
        };
        return new AmqpTransport(
            settings, tokens, provider.GetRequiredService<DeadLetterStore>(), time, provider.GetRequiredService<ILogger<AmqpTransport>>());
    }
}
