using System.Runtime.InteropServices;
using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>What queues of all AMQP brokers have in common: sending, and one operation on a message at a time.</summary>
internal abstract class AmqpQueue(AmqpConnector connector, string name, ILogger logger) : IMessageQueue
{
    /// <summary>Azure Service Bus, "Service Bus quotas": the longest message id.</summary>
    private const int MaxIdLength = 128;

    private const string ContentType = "application/cloudevents+json";

    protected AmqpConnector Connector => connector;

    protected string Name => name;

    protected ILogger Logger => logger;

    /// <summary>Queues are made by an administrator; this only makes sure that the broker is there.</summary>
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        try
        {
            await connector.GetAsync(cancellationToken);
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw AmqpFailures.Translate($"Looking for queue '{name}'", exception);
        }
    }

    public abstract Task SendAsync(OutgoingMessage message, CancellationToken cancellationToken);

    public abstract Task<IReadOnlyList<ReceivedMessage>> ReceiveAsync(
        int maxMessages, TimeSpan lockDuration, TimeSpan wait, CancellationToken cancellationToken);

    public abstract Task<bool> CompleteAsync(ReceivedMessage message, CancellationToken cancellationToken);

    public abstract Task<bool> AbandonAsync(ReceivedMessage message, TimeSpan delay, CancellationToken cancellationToken);

    public abstract Task<bool> DeadLetterAsync(ReceivedMessage message, DeadLetterReason reason, CancellationToken cancellationToken);

    public abstract Task<bool> RenewAsync(ReceivedMessage message, TimeSpan lockDuration, CancellationToken cancellationToken);

    /// <summary>Closes what is open.</summary>
    public abstract Task CloseAsync();

    /// <summary>A message as we send it: durable, without an end of its own.</summary>
    /// <exception cref="MessagingException">It can never be sent.</exception>
    protected Message Outgoing(OutgoingMessage message, string? sessionId)
    {
        var most = connector.Settings.MaxBodyBytes;
        if (message.Body.Length == 0 || message.Body.Length > most)
        {
            throw new MessagingException(
                MessagingFailure.Refused,
                $"A message of {message.Body.Length} bytes cannot be sent to queue '{name}'; it must have 1 to {most}. "
                + "Larger events go through EventSender, which uses a claim.");
        }

        if (message.Id.Length is 0 or > MaxIdLength)
        {
            throw new MessagingException(
                MessagingFailure.Refused,
                $"A message id of {message.Id.Length} characters cannot be sent to queue '{name}'; it must have 1 to {MaxIdLength}.");
        }

        return new Message
        {
            Header = new Header { Durable = true },
            Properties = new Properties { MessageId = message.Id, GroupId = sessionId, ContentType = ContentType },
            BodySection = MemoryMarshal.TryGetArray(message.Body, out var bytes)
                ? new Data { Buffer = new ByteBuffer(bytes.Array, bytes.Offset, bytes.Count, bytes.Count) }
                : new Data { Binary = message.Body.ToArray() },
        };
    }

    /// <summary>Runs one operation on a message, if it is still to be settled.</summary>
    /// <param name="message">The message.</param>
    /// <param name="operate">The operation; false if the lock is lost.</param>
    /// <param name="cancellationToken">Ends it.</param>
    protected static async Task<bool> InTurnAsync(ReceivedMessage message, Func<AmqpMessage, Task<bool>> operate, CancellationToken cancellationToken)
    {
        var own = message as AmqpMessage ?? throw new ArgumentException("The message was received by another transport.", nameof(message));
        await own.Turn.WaitAsync(cancellationToken);
        try
        {
            return !own.IsSettled && await operate(own);
        }
        finally
        {
            own.Turn.Release();
        }
    }

    /// <summary>Clears the link's own record of a delivery that is settled, with the outcome it has anyway; a link that is gone has none.</summary>
    protected static bool TrySettleOnLink(AmqpMessage message, Outcome outcome)
    {
        try
        {
            if (message.Inlet.IsAlive)
            {
                message.Inlet.Link.Complete(message.Raw, outcome);
                return message.Inlet.IsAlive;
            }
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            // It went in between.
        }

        return false;
    }

    protected static void CheckArguments(int maxMessages, TimeSpan lockDuration)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxMessages, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lockDuration, TimeSpan.Zero);
    }
}
