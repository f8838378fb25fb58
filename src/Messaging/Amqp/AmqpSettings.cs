using System.Security.Cryptography.X509Certificates;

namespace Hybrid.Messaging.Amqp;

/// <summary>The broker as the options name it, checked.</summary>
internal sealed record AmqpSettings
{
    /// <summary>Whether it speaks Service Bus: <c>$cbs</c>, <c>$management</c>, sessions, dead-letter sub-queues.</summary>
    public required bool IsServiceBus { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required AmqpWire Wire { get; init; }

    /// <summary>The key of a connection string; null where an identity or a user is meant.</summary>
    public SharedKey? Key { get; init; }

    /// <summary>The ready token of a connection string, instead of a key.</summary>
    public string? Signature { get; init; }

    public string? User { get; init; }

    public string? Password { get; init; }

    public X509Certificate2Collection? Authorities { get; init; }

    public string AddressPrefix { get; init; } = "";

    public int Prefetch { get; init; }

    public int MaxBodyBytes { get; init; }

    public SessionTaken WhenSessionTaken { get; init; }

    public IReadOnlyDictionary<string, string> Entities { get; init; } = new Dictionary<string, string>();
}
