using Azure.Messaging.ServiceBus;
using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Calls the functions' handlers for the triggers. Thread safe.</summary>
internal sealed class Invocation(QueueFunctions functions, FunctionRunner runner, HostFile host, TimeProvider time)
{
    /// <summary>Handles a message of a Storage queue.</summary>
    /// <exception cref="InvalidOperationException">The attempt failed; the host delivers the message again.</exception>
    public Task RunAsync(string name, BinaryData message, CancellationToken cancellationToken) => RunAsync(
        functions.All.Single(function => function.Name == name), new Delivery(message.ToMemory()), TimeSpan.Zero, cancellationToken);

    /// <summary>Handles a message of Service Bus. A failed attempt keeps it for a while: what is given back comes again at once, and counts.</summary>
    /// <exception cref="InvalidOperationException">The attempt failed; the host gives the message back.</exception>
    public Task RunAsync(string name, ServiceBusReceivedMessage message, CancellationToken cancellationToken) => RunAsync(
        functions.All.Single(function => function.ServiceBusName == name), DeliveryOf(message), host.Rest, cancellationToken);

    private static Delivery DeliveryOf(ServiceBusReceivedMessage message) => new(
        BodyOf(message),
        message.DeadLetterReason is { } reason ? new DeadLetterReason(reason, message.DeadLetterErrorDescription ?? "") : null,
        message.MessageId,
        message.DeliveryCount,
        message.SessionId,
        message.CorrelationId);

    private static ReadOnlyMemory<byte> BodyOf(ServiceBusReceivedMessage message)
    {
        try
        {
            return message.Body.ToMemory();
        }
        catch (NotSupportedException)
        {
            // A foreign message whose body is no bytes: kept as it crossed the wire, to be put aside as malformed.
            return message.GetRawAmqpMessage().ToBytes().ToMemory();
        }
    }

    private async Task RunAsync(QueueFunction function, Delivery delivery, TimeSpan rest, CancellationToken cancellationToken)
    {
        switch (await runner.RunAsync(function, delivery, cancellationToken))
        {
            case RunEnd.Done:
                return;
            case RunEnd.Cancelled:
                throw new OperationCanceledException(cancellationToken);
            default:
                await Task.Delay(rest, time, cancellationToken);
                // An exception is the one way to tell the host; the reason is in the log already.
                throw new InvalidOperationException($"{function.Name} could not handle its message, which comes again; the log says why.");
        }
    }
}
