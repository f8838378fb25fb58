using Hybrid.Messaging.Amqp;
using Hybrid.Messaging.DeadLetters;
using Hybrid.ServiceBusBroker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>Transports as a program would have them, and with other tokens.</summary>
internal static class Transports
{
    /// <summary>Where blobs would lie; nothing is asked of it.</summary>
    private static readonly DeadLetterStore NoBlobs = new(new Azure.Storage.Blobs.BlobServiceClient(MessagingOptions.DevelopmentStorage));

    /// <summary>By configuration.</summary>
    public static IMessageTransport By(params (string Key, string Value)[] settings) => Messengers.With(
        settings.Append(("Transport", "Amqp")).Select(setting => KeyValuePair.Create($"Messaging:{setting.Item1}", (string?)setting.Item2)))
        .GetRequiredService<IMessageTransport>();

    /// <summary>To a broker, as its connection string says.</summary>
    public static IMessageTransport To(Broker broker, params (string Key, string Value)[] settings) =>
        By([("Amqp:ConnectionString", broker.ConnectionString), .. settings]);

    /// <summary>To a broker, with tokens of one's own.</summary>
    public static IMessageTransport To(Broker broker, TokenSource tokens)
    {
        var options = new AmqpOptions { ConnectionString = broker.ConnectionString };
        var settings = AmqpSettingsReader.Read(options, (key, value, demand) => Assert.Fail($"{key} is {value}; {demand}"))!;
        return new AmqpTransport(settings, tokens, NoBlobs, TimeProvider.System, NullLogger<AmqpTransport>.Instance);
    }

    /// <summary>The key of a broker with the default options.</summary>
    public static SharedKey KeyOf(BrokerOptions options) => new(options.KeyName, options.Key);
}
