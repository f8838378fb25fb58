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

    /// <summary>How long the broker's word that a drain is over may take when messages have used the whole credit: some say it then, some do not.</summary>
    private static readonly TimeSpan LastWordLimit = TimeSpan.FromSeconds(1);

    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly Lock _gate = new();
    private int _credit;
    private TaskCompletionSource? _used;
    private TaskCompletionSource? _lastWord;
    private TaskCompletionSource<uint>? _announced;
    private AmqpException? _failure;

    private Inlet(AmqpLine line) => Line = line;

    public AmqpLine Line { get; }

    public ReceiverLink Link { get; private set; } = null!;

    /// <summary>What the broker said about the link.</summary>
    public Attach Answer { get; private set; } = null!;

    public bool IsAlive => !Link.IsClosed;

    private bool IsLastWordDue => _lastWord is { Task.IsCompleted: false } && !Line.LeavesUsedDrainsUnsaid;

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
            await FinishDrainAsync(cancellationToken);
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
        await FinishDrainAsync(cancellationToken);
        Ask(count);
        var arrived = wait > TimeSpan.Zero && await ArrivesAsync(wait, cancellationToken);
        if (!arrived && !Line.IsRabbitMq)
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
            if (!IsLastWordDue)
            {
                _ = BeginDrainAsync();
            }

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
            if (_failure is not null)
            {
                throw _failure;
            }

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
    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        await HearLastWordAsync(cancellationToken);
        await Line.AnswerAsync(Returned(await BeginDrainAsync()), cancellationToken);
    }

    /// <summary>A drain that its caller did not wait for; what is asked before it is over would be lost with it.</summary>
    private async Task FinishDrainAsync(CancellationToken cancellationToken)
    {
        Task? used;
        lock (_gate)
        {
            used = _used?.Task;
        }

        if (used is not null)
        {
            await Line.AnswerAsync(Returned(used), cancellationToken);
        }
    }

    /// <summary>Waits for the end of a drain whose credit messages have used up: the library would take it for the end of the next one.</summary>
    private async Task HearLastWordAsync(CancellationToken cancellationToken)
    {
        if (!IsLastWordDue)
        {
            return;
        }

        try
        {
            await _lastWord!.Task.WaitAsync(LastWordLimit, Line.Time, cancellationToken);
        }
        catch (TimeoutException)
        {
            Line.LeavesUsedDrainsUnsaid = true;
        }
    }

    /// <returns>Ends when the credit is used or given back.</returns>
    private async Task<Task> BeginDrainAsync()
    {
        // The library takes the credit anew. A message that it has counted and we have not yet would be granted a second time.
        var used = Task.CompletedTask;
        await Line.Watch.BetweenAsync(() =>
        {
            lock (_gate)
            {
                var first = _used is null;
                used = WhenUsed();
                if (first && _credit > 0 && _failure is null)
                {
                    _lastWord = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    Link.SetCredit(_credit, CreditMode.Drain);
                }
            }
        });
        return used;
    }

    private Task WhenUsed()
    {
        if (_failure is not null)
        {
            return Task.FromException(_failure);
        }

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
            if (flow.LinkCredit != 0)
            {
                return;
            }

            _lastWord?.TrySetResult();
            if (_used is not null)
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
            _failure = exception;
            _announced?.TrySetException(exception);
            _used?.TrySetException(exception);
            _lastWord?.TrySetResult();
            (_announced, _used) = (null, null);
        }
    }
}
