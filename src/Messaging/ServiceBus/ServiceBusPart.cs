using Azure.Core;
using Azure.Identity;
using Azure.Messaging.ServiceBus;
using Hybrid.Messaging.Amqp;
using Hybrid.Messaging.DeadLetters;
using Hybrid.Messaging.ServiceBus;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hybrid.Messaging;

/// <content>The part that is there under <c>PackageSet=Full</c>.</content>
internal static partial class ServiceBusPart
{
    /// <summary>A device that is offline must find out within seconds; its outbox tries again by itself.</summary>
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(8);

    static partial void Tell(ref bool built) => built = true;

    static partial void Create(IServiceProvider provider, ref IMessageTransport? transport)
    {
        var options = provider.GetRequiredService<IOptions<MessagingOptions>>().Value.Amqp;
        var settings = AmqpSettingsReader.Read(options, static (key, value, demand) => throw new OptionsValidationException(
            MessagingOptions.SectionName, typeof(MessagingOptions), [$"{MessagingOptions.SectionName}:{key} is {value}; {demand}."]))!;
        var clientOptions = new ServiceBusClientOptions
        {
            TransportType = settings.Wire is AmqpWire.WebSocket or AmqpWire.PlainWebSocket
                ? ServiceBusTransportType.AmqpWebSockets
                : ServiceBusTransportType.AmqpTcp,
            RetryOptions = new ServiceBusRetryOptions { MaxRetries = 1, Delay = TimeSpan.FromMilliseconds(200), TryTimeout = TryTimeout },
        };
        // The SDK reads the connection string itself, UseDevelopmentEmulator=true included.
        var client = string.IsNullOrWhiteSpace(options.ConnectionString)
            ? new ServiceBusClient(settings.Host, provider.GetService<TokenCredential>() ?? new DefaultAzureCredential(), clientOptions)
            : new ServiceBusClient(options.ConnectionString, clientOptions);
        transport = new ServiceBusTransport(
            client, settings, provider.GetRequiredService<DeadLetterStore>(), provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<ServiceBusTransport>>());
    }
}
