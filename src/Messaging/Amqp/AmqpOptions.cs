namespace Hybrid.Messaging.Amqp;

/// <summary>
/// The AMQP 1.0 broker: Azure Service Bus by <see cref="Namespace"/> or <see cref="ConnectionString"/>, any other by <see cref="Address"/>.
/// Values are kept as they were configured, so that a wrong one can be reported with its key.
/// </summary>
public sealed class AmqpOptions
{
    /// <summary>The section below <see cref="MessagingOptions.SectionName"/>.</summary>
    public const string SectionName = "Amqp";

    /// <summary>Azure Service Bus, reached with this process's identity.</summary>
    /// <value>The fully qualified name, as <c>NAME.servicebus.windows.net</c>.</value>
    public string? Namespace { get; set; }

    /// <summary>Azure Service Bus, reached with a secret; <see cref="Namespace"/> is the better way.</summary>
    /// <value>As <c>Endpoint=sb://NAME.servicebus.windows.net/;SharedAccessKeyName=…;SharedAccessKey=…</c>.</value>
    public string? ConnectionString { get; set; }

    /// <summary>Another broker.</summary>
    /// <value><c>amqps://HOST[:PORT]</c>, or <c>amqp://HOST[:PORT]</c> without TLS; ports 5671 and 5672 if not given.</value>
    public string? Address { get; set; }

    /// <summary>The user at another broker; anonymous if not set.</summary>
    public string? User { get; set; }

    /// <summary>The user's password. A secret.</summary>
    public string? Password { get; set; }

    /// <summary>What stands before a queue's name in its address at another broker.</summary>
    /// <value>Default empty; RabbitMQ with its AMQP 1.0 plugin wants <c>/amq/queue/</c>.</value>
    public string AddressPrefix { get; set; } = "";

    /// <summary>A file of certificates to trust for another broker's TLS, instead of the machine's.</summary>
    /// <value>The path of a PEM file.</value>
    public string? CertificateAuthority { get; set; }

    /// <summary>Whether Azure Service Bus is reached over web sockets on port 443, through the machine's proxy if it has one.</summary>
    /// <value><c>true</c> or <c>false</c>, default <c>false</c>.</value>
    public string UseWebSockets { get; set; } = "false";

    /// <summary>Messages fetched ahead. Each is under its lock while it waits here, so none is the safe number.</summary>
    /// <value>0 to 1000, default 0.</value>
    public string Prefetch { get; set; } = "0";

    /// <summary>The largest body of a message; larger ones go by claim check.</summary>
    /// <value>Bytes, 1024 to 1048576, default 196608; Service Bus Standard takes messages of 256 KB, properties included.</value>
    public string MaxBodyBytes { get; set; } = "196608";

    /// <summary>What happens when another worker has the device's session of Service Bus.</summary>
    /// <value><c>Wait</c> (default) until it is free, or <c>Fail</c> with an error each time.</value>
    public string WhenSessionTaken { get; set; } = nameof(SessionTaken.Wait);

    /// <summary>Queues that are named otherwise at the broker: our name, then the broker's.</summary>
    /// <value>As <c>Entities:escalations = plant7-escalations</c>; those not named keep our name.</value>
    public IDictionary<string, string> Entities { get; } = new Dictionary<string, string>(StringComparer.Ordinal);
}
