using System.Threading.Channels;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Hybrid.Messaging.Amqp;

/// <summary>One receiving link from attach to detach: what has come and not been taken, and how much the broker may still send.</summary>
/// <remarks>
/// "Nothing came" must mean that nothing was there, and no message shall come while nobody wants it. The standard has draining for that.
/// RabbitMQ's plugin dies of it (seen with 3.10 and classic queues), and forgets what is under way when a link is detached; but it answers every
/// flow with the number of messages that are there. So it is asked first, and given leave for those only; at most one message, which was waited for in
/// vain, may come later and is kept for the next call.
/// </remarks>
internal sealed class Inlet
{
    /// <summary>How long messages that the broker has announced may take: another receiver may have got them instead.</summary>
    private static readonly TimeSpan AnnouncedLimit = TimeSpan.FromSeconds(1);

    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly Lock _gate = new();
    private int _credit;
    private TaskCompletionSource? _used;
    private TaskCompletionSource<uint>? _announced;

    private Inlet(AmqpLine line) => Line = line;

    public AmqpLine Line { get; }

    public ReceiverLink Link { get; private set; } = null!;

    /// <summary>What the broker said about the link.</summary>
    public Attach Answer { get; private set; } = null!;

    public bool IsAlive => !Link.IsClosed;

    /// <summary>Attaches.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public static async Task<Inlet> OpenAsync(AmqpLine line, string address, Map? filters, CancellationToken cancellationToken)
    {
        var inlet = new Inlet(line);
        (inlet.Link, inlet.Answer) = await line.AttachReceiverAsync(address, filters, inlet.OnMessage, inlet.OnFlow, cancellationToken);
        inlet.Link.AddClosedCallback(inlet.OnClosed);
        return inlet;
    }

    /// <summary>A message that is here.</summary>
    public bool TryTake(out Message? message) => _messages.Reader.TryRead(out message);

    /// <summary>Fetches what is there, up to a number; waits for the first if nothing is.</summary>
    /// <param name="count">How many are wanted.</param>
    /// <param name="wait">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public async Task FetchAsync(int count, TimeSpan wait, CancellationToken cancellationToken)
    {
        if (!Line.IsRabbitMq)
        {
            Ask(count);
            await WaitThenDrainAsync(wait, cancellationToken);
            return;
        }

        await FetchAnnouncedAsync(count, cancellationToken);
        if (_messages.Reader.Count == 0 && wait > TimeSpan.Zero)
        {
            Ask(1);
            if (await ArrivesAsync(wait, cancellationToken))
            {
                await FetchAnnouncedAsync(count, cancellationToken);
            }
        }
    }

    /// <summary>Lets the broker send ahead, and waits for the first.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public async Task PrefetchAsync(int count, TimeSpan wait, CancellationToken cancellationToken)
    {
        Ask(count);
        if (wait > TimeSpan.Zero ? !await ArrivesAsync(wait, cancellationToken) : !Line.IsRabbitMq)
        {
            await DrainAsync(cancellationToken);
        }
    }

    /// <summary>Lets the broker send, until so many are under way or here.</summary>
    public void Ask(int count)
    {
        lock (_gate)
        {
            var more = count - _credit - _messages.Reader.Count;
            if (more > 0)
            {
                _credit += more;
                Link.SetCredit(more, CreditMode.Manual);
            }
        }
    }

    /// <summary>Closes the link and its session.</summary>
    public Task CloseAsync() => AmqpLine.EndAsync(Link.Session);

    private async Task WaitThenDrainAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        try
        {
            if (wait > TimeSpan.Zero)
            {
                await ArrivesAsync(wait, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for the end of it: what still comes is kept for the next call.
            _ = BeginDrain();
            throw;
        }

        await DrainAsync(cancellationToken);
    }

    /// <returns>False if the time is over.</returns>
    private async Task<bool> ArrivesAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(wait, Line.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            return await _messages.Reader.WaitToReadAsync(both.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task FetchAnnouncedAsync(int count, CancellationToken cancellationToken)
    {
        Task<uint> announced;
        lock (_gate)
        {
            _announced ??= new TaskCompletionSource<uint>(TaskCreationOptions.RunContinuationsAsynchronously);
            announced = _announced.Task;
            Link.SetCredit(0, CreditMode.Manual);
        }

        var there = (int)Math.Min(await Line.AnswerAsync(announced, cancellationToken), int.MaxValue);
        Task used;
        lock (_gate)
        {
            if (there == 0 || _messages.Reader.Count >= count)
            {
                return;
            }

            Ask(Math.Min(count, _messages.Reader.Count + there));
            used = WhenUsed();
        }

        await Task.WhenAny(used, Task.Delay(AnnouncedLimit, Line.Time, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>The broker sends at once what it has, and says when that is all.</summary>
    private async Task DrainAsync(CancellationToken cancellationToken) => await Line.AnswerAsync(Returned(BeginDrain()), cancellationToken);

    private Task BeginDrain()
    {
        lock (_gate)
        {
            var first = _used is null;
            var used = WhenUsed();
            if (first && _credit > 0)
            {
                Link.SetCredit(_credit, CreditMode.Drain);
            }

            return used;
        }
    }

    private Task WhenUsed()
    {
        if (_credit == 0)
        {
            return Task.CompletedTask;
        }

        _used ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _used.Task;
    }

    private static async Task<bool> Returned(Task task)
    {
        await task;
        return true;
    }

    private void OnMessage(IReceiverLink link, Message message)
    {
        // Together: who sees the message must see the credit it used, or it would be given to the broker a second time.
        lock (_gate)
        {
            _messages.Writer.TryWrite(message);
            if (--_credit == 0)
            {
                EndUse();
            }
        }
    }

    private void OnFlow(Flow flow)
    {
        lock (_gate)
        {
            _announced?.TrySetResult(flow.Available);
            _announced = null;
            if (_used is not null && flow.LinkCredit == 0)
            {
                _credit = 0;
                EndUse();
            }
        }
    }

    private void EndUse()
    {
        _used?.TrySetResult();
        _used = null;
    }

    private void OnClosed(IAmqpObject sender, Error? error)
    {
        Line.Watch.Forget(Link.Name);
        var exception = new AmqpException(error ?? sender.Error ?? new Error(ErrorCode.DetachForced));
        _messages.Writer.TryComplete(exception);
        lock (_gate)
        {
            _announced?.TrySetException(exception);
            _used?.TrySetException(exception);
            (_announced, _used) = (null, null);
        }
    }
}
