using Amqp;
using Amqp.Framing;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Sends to one address, each message confirmed by the broker. Calls that do not wait for each other are sent one behind the other in the order of
/// the calls, and their frames share packets. Thread safe.
/// </summary>
internal sealed class AmqpSender(AmqpConnector connector, AmqpSenders all, string name, string entity)
{
    private readonly Lock _gate = new();
    private readonly Queue<Sending> _waiting = new();
    private bool _feeding;
    private AmqpLine? _line;
    private SenderLink? _link;
    private ulong _mostBytes;
    private int _unconfirmed;

    /// <summary>When it was used last, as a timestamp of the clock.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Whether nothing waits for its confirmation.</summary>
    public bool IsIdle => Volatile.Read(ref _unconfirmed) == 0;

    /// <summary>Sends; returns when the broker has it.</summary>
    /// <exception cref="MessagingException">It could not be sent, or perhaps was and the confirmation got lost.</exception>
    public async Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var sending = new Sending(message);
        Interlocked.Increment(ref _unconfirmed);
        try
        {
            bool feed;
            lock (_gate)
            {
                _waiting.Enqueue(sending);
                feed = !_feeding;
                _feeding = true;
            }

            // With the link there, this is done at the first await.
            var fed = feed ? FeedAsync() : Task.CompletedTask;
            await sending.Task.WaitAsync(AmqpLine.AnswerLimit, connector.Time, cancellationToken);
            await fed;
        }
        catch (TimeoutException exception)
        {
            sending.IsWithdrawn = true;
            _line?.Abort();
            throw AmqpFailures.Translate($"Sending to queue '{name}'", exception);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            sending.IsWithdrawn = true;
            throw;
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            throw AmqpFailures.Translate($"Sending to queue '{name}'", exception);
        }
        finally
        {
            Interlocked.Decrement(ref _unconfirmed);
        }
    }

    /// <summary>Closes the link; the next message opens a new one.</summary>
    public Task CloseAsync()
    {
        var link = _link;
        _link = null;
        return link is null ? Task.CompletedTask : AmqpLine.EndAsync(link.Session);
    }

    /// <summary>Puts on the link what waits, until nothing does. Only one runs at a time, which is what keeps the order.</summary>
    private async Task FeedAsync()
    {
        while (true)
        {
            Exception? failure = null;
            if (_link is not { IsClosed: false })
            {
                try
                {
                    await OpenAsync();
                }
                catch (Exception exception) when (AmqpFailures.IsKnown(exception))
                {
                    failure = exception;
                }
            }

            if (!Feed(failure))
            {
                return;
            }
        }
    }

    /// <returns>Whether the link was lost with messages still waiting.</returns>
    private bool Feed(Exception? failure)
    {
        LastUsed = connector.Time.GetTimestamp();
        while (true)
        {
            Sending? next;
            lock (_gate)
            {
                if (!_waiting.TryDequeue(out next))
                {
                    _feeding = false;
                    return false;
                }
            }

            if (next.IsWithdrawn)
            {
                continue;
            }

            if (failure is not null)
            {
                next.TrySetException(failure);
                continue;
            }

            if (!Put(next))
            {
                return true;
            }
        }
    }

    /// <returns>False if the link is gone; the message has failed with it.</returns>
    private bool Put(Sending sending)
    {
        if (_mostBytes > 0 && (ulong)sending.Message.GetEstimatedMessageSize() > _mostBytes)
        {
            sending.TrySetException(new AmqpException(
                ErrorCode.MessageSizeExceeded, $"the broker takes {_mostBytes} bytes, the message has about {sending.Message.GetEstimatedMessageSize()}"));
            return true;
        }

        try
        {
            _link!.Send(sending.Message, static (_, _, outcome, state) => OnOutcome((Sending)state, outcome), sending);
            return true;
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            sending.TrySetException(exception);
            return _link is { IsClosed: false };
        }
    }

    private async Task OpenAsync()
    {
        var line = await connector.GetAsync(CancellationToken.None);
        await line.AuthorizeAsync(entity, CancellationToken.None);
        if (!connector.Settings.IsServiceBus)
        {
            // RabbitMQ's plugin takes messages for queues that do not exist, and drops them.
            await line.VerifyAsync(entity, CancellationToken.None);
        }

        var (link, answer) = await line.AttachSenderAsync(entity, CancellationToken.None);
        _mostBytes = answer.MaxMessageSize is > 0 and < ulong.MaxValue ? answer.MaxMessageSize : 0;
        _line = line;
        _link = link;
        all.Opened(this);
    }

    private static void OnOutcome(Sending sending, Outcome? outcome)
    {
        switch (outcome)
        {
            case Accepted:
                sending.TrySetResult();
                break;
            case Rejected { Error: { } error }:
                sending.TrySetException(new AmqpException(error));
                break;
            case Rejected:
                sending.TrySetException(new AmqpException(ErrorCode.InternalError, "the broker rejects it without a reason"));
                break;
            default:
                sending.TrySetException(new AmqpException(new Error(ErrorCode.MessageReleased)));
                break;
        }
    }
}
