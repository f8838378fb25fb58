using System.Diagnostics.CodeAnalysis;
using Amqp;
using Amqp.Framing;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Sends to one address, each message confirmed by the broker. Calls that do not wait for each other are sent one behind the other in the order of
/// the calls, and their frames share packets. Thread safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "Its timer rests by itself when nothing is on its way.")]
internal sealed class AmqpSender(AmqpConnector connector, AmqpSenders all, string name, string entity)
{
    /// <summary>How often the confirmations that are missing are looked at. A timer for each message would cost as much as sending it.</summary>
    private static readonly TimeSpan WatchPeriod = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Queue<Sending> _waiting = new();
    private readonly LinkedList<Sending> _unconfirmed = new();
    private bool _feeding;
    private bool _watching;
    private AmqpLine? _line;
    private SenderLink? _link;
    private ulong _mostBytes;
    private ITimer? _watch;

    /// <summary>When it was used last, as a timestamp of the clock.</summary>
    public long LastUsed { get; private set; }

    /// <summary>Whether nothing waits for its confirmation.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_gate)
            {
                return _unconfirmed.Count == 0;
            }
        }
    }

    /// <summary>Sends; returns when the broker has it.</summary>
    /// <exception cref="MessagingException">It could not be sent, or perhaps was and the confirmation got lost.</exception>
    public async Task SendAsync(Message message, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var sending = new Sending(message, connector.Time.GetTimestamp());
        var way = Add(sending);
        try
        {
            var fed = Task.CompletedTask;
            switch (way)
            {
                case Way.Direct:
                    Put(sending);
                    break;
                case Way.Feed:
                    fed = FeedAsync();
                    break;
            }

            await using var registration = cancellationToken.UnsafeRegister(
                static (state, token) => ((Sending)state!).TrySetCanceled(token), sending);
            await sending.Task;
            await fed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            throw AmqpFailures.Translate($"Sending to queue '{name}'", exception);
        }
        finally
        {
            Remove(sending);
        }
    }

    /// <summary>Closes the link; the next message opens a new one.</summary>
    public Task CloseAsync()
    {
        var link = _link;
        _link = null;
        return link is null ? Task.CompletedTask : AmqpLine.EndAsync(link.Session);
    }

    /// <returns>What the caller is to do.</returns>
    private Way Add(Sending sending)
    {
        lock (_gate)
        {
            _unconfirmed.AddLast(sending.Node);
            if (!_watching)
            {
                _watch ??= connector.Time.CreateTimer(
                    static sender => ((AmqpSender)sender!).Watch(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                _watching = _watch.Change(WatchPeriod, WatchPeriod);
            }

            if (!_feeding && _link is { IsClosed: false })
            {
                LastUsed = sending.Since;
                return Way.Direct;
            }

            _waiting.Enqueue(sending);
            var way = _feeding ? Way.Wait : Way.Feed;
            _feeding = true;
            return way;
        }
    }

    private void Remove(Sending sending)
    {
        lock (_gate)
        {
            _unconfirmed.Remove(sending.Node);
        }
    }

    /// <summary>Gives up the line if the oldest message has waited too long, and rests when none waits.</summary>
    private void Watch()
    {
        Sending? late = null;
        lock (_gate)
        {
            if (_unconfirmed.First is not { Value: { } oldest })
            {
                _watching = !_watch!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            else if (connector.Time.GetElapsedTime(oldest.Since) > AmqpLine.AnswerLimit)
            {
                late = oldest;
            }
        }

        if (late is not null)
        {
            late.TrySetException(new TimeoutException());
            _line?.Abort();
        }
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

            if (next.Task.IsCompleted)
            {
                // Cancelled, or given up.
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

    /// <summary>How a message gets on the link.</summary>
    private enum Way
    {
        /// <summary>The link is there and nothing waits: its caller puts it there.</summary>
        Direct,

        /// <summary>Its caller opens the link, and puts there whatever waits by then.</summary>
        Feed,

        /// <summary>Another does that.</summary>
        Wait,
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
