using Hybrid.Contracts;

namespace Hybrid.Messaging.Amqp;

/// <summary>How a queue is named at Service Bus.</summary>
/// <param name="Shown">Our name.</param>
/// <param name="Send">Where messages go.</param>
/// <param name="Receive">Where they come from: for a poison queue the dead-letter sub-queue of the one it belongs to.</param>
/// <param name="IsDeadLetters">Whether that is a dead-letter sub-queue.</param>
internal sealed record ServiceBusName(string Shown, string Send, string Receive, bool IsDeadLetters)
{
    /// <summary>What is put aside lies on the queue of this name behind the queue's, for the rest of the product.</summary>
    public const string PoisonSuffix = "-poison";

    /// <summary>The sub-queue of every queue (Service Bus, "Overview of Service Bus dead-letter queues").</summary>
    private const string DeadLetterSuffix = "/$DeadLetterQueue";

    public static ServiceBusName Of(QueueAddress address, AmqpSettings settings)
    {
        Check(address);
        var shown = address.DeviceId is null ? address.Name : $"{address.Name} of {address.DeviceId}";
        var own = settings.Entities.GetValueOrDefault(address.Name, address.Name);
        // A poison queue named in the settings is a queue of its own.
        return address.Name.EndsWith(PoisonSuffix, StringComparison.Ordinal) && !settings.Entities.ContainsKey(address.Name)
            ? new ServiceBusName(shown, own, Base(address.Name, settings) + DeadLetterSuffix, true)
            : new ServiceBusName(shown, own, own, false);
    }

    /// <exception cref="ArgumentException">No queue can have this address.</exception>
    public static void Check(QueueAddress address)
    {
        if (address.DeviceId is { } device && !DeviceIds.IsWellFormed(device))
        {
            throw new ArgumentException($"The device id of queue '{address.Name}' is malformed; it must be {DeviceIds.Rule}.", nameof(address));
        }

        if (string.IsNullOrWhiteSpace(address.Name) || address.Name.AsSpan().ContainsAny('/', '$'))
        {
            throw new ArgumentException($"'{address.Name}' cannot name a queue; it must not be empty nor have a / or $.", nameof(address));
        }
    }

    private static string Base(string poison, AmqpSettings settings)
    {
        var name = poison[..^PoisonSuffix.Length];
        return settings.Entities.GetValueOrDefault(name, name);
    }
}
