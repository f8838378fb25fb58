using System.Threading.Channels;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Where messages come in, from attach to detach: what has come and not been taken, and how much the broker may still send. After each call for
/// messages the rest of that leave is taken back, so that "nothing came" means that nothing was there, and no message comes while nobody wants it.
/// </summary>
/// <remarks>
/// The standard has draining for that. RabbitMQ's plugin kills the session over it (seen with 3.10, classic queues), but tells with every grant how many
/// messages are there, and keeps what is unsettled when a link of the session is detached: there, a link lives for one call.
/// </remarks>
internal sealed class Inlet
{
    /// <summary>How long a message that the broker has announced may take: another receiver may have got it instead.</summary>
    private static readonly TimeSpan AnnouncedLimit = TimeSpan.FromSeconds(1);

    private readonly Channel<(ReceiverLink Link, Message Message)> _messages = Channel.CreateUnbounded<(ReceiverLink, Message)>();
    private readonly Lock _gate = new();
    private readonly string _address;
    private readonly Map? _filters;
    private readonly bool _detaches;
    private ReceiverLink? _link;
    private int _credit;
    private TaskCompletionSource? _drained;
    private TaskCompletionSource<uint> _announced = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _ending = Task.CompletedTask;
    private volatile bool _gone;

    private Inlet(AmqpLine line, string address, Map? filters)
    {
        Line = line;
        Session = new Session(line.Connection);
        _address = address;
        _filters = filters;
        _detaches = line.IsRabbitMq;
    }

    public AmqpLine Line { get; }

    public Session Session { get; }

    /// <summary>The link's name, as the broker knows it.</summary>
    public string LinkName { get; private set; } = "";

    /// <summary>What the broker said about the link.</summary>
    public Attach Answer { get; private set; } = null!;

    /// <summary>Whether it can be used, and what came by it can be settled.</summary>
    public bool IsAlive => !_gone && !Session.IsClosed;

    /// <summary>Attaches.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public static async Task<Inlet> OpenAsync(AmqpLine line, string address, Map? filters, CancellationToken cancellationToken)
    {
        var inlet = new Inlet(line, address, filters);
        inlet.Session.AddClosedCallback(inlet.OnClosed);
        await inlet.AttachAsync(cancellationToken);
        return inlet;
    }

    /// <summary>Called when it is gone; at once if it is.</summary>
    public void OnGone(Action callback) => _link!.AddClosedCallback((_, _) => callback());

    /// <summary>Lets the broker send, until so many are under way or here.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public async Task AskAsync(int count, CancellationToken cancellationToken)
    {
        await _ending.WaitAsync(cancellationToken);
        if (_link is null)
        {
            await AttachAsync(cancellationToken);
        }

        lock (_gate)
        {
            var more = count - _credit - _messages.Reader.Count;
            if (more > 0)
            {
                _credit += more;
                _announced = new TaskCompletionSource<uint>(TaskCreationOptions.RunContinuationsAsynchronously);
                _link!.SetCredit(more, CreditMode.Manual);
            }
        }
    }

    /// <summary>A message that is here.</summary>
    public bool TryTake(out (ReceiverLink Link, Message Message) taken) => _messages.Reader.TryRead(out taken);

    /// <summary>Waits until one is here.</summary>
    /// <returns>False if the time is over.</returns>
    /// <exception cref="AmqpException">The link is gone.</exception>
    public async Task<bool> ArrivesAsync(TimeSpan wait, CancellationToken cancellationToken)
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

    /// <summary>Takes the leave to send back, and waits for what the broker has sent until then.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        if (_detaches && _messages.Reader.Count == 0
            && await Line.AnswerAsync(_announced.Task, cancellationToken) > 0)
        {
            await ArrivesAsync(AnnouncedLimit, cancellationToken);
        }

        await Line.AnswerAsync(Returned(BeginEnd()), cancellationToken);
    }

    /// <summary>The same without waiting for anything.</summary>
    public Task BeginEnd()
    {
        lock (_gate)
        {
            if (_credit == 0 || _link is null)
            {
                return _ending;
            }

            if (_detaches)
            {
                return _ending = DetachAsync(_link);
            }

            if (_drained is null)
            {
                _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _link.SetCredit(_credit, CreditMode.Drain);
            }

            return _drained.Task;
        }
    }

    /// <summary>Closes the session.</summary>
    public Task CloseAsync() => AmqpLine.EndAsync(Session);

    private static async Task<bool> Returned(Task task)
    {
        await task;
        return true;
    }

    private async Task AttachAsync(CancellationToken cancellationToken)
    {
        try
        {
            (_link, Answer) = await Line.AttachReceiverAsync(Session, _address, _filters, OnMessage, OnFlow, cancellationToken);
            LinkName = _link.Name;
            _link.AddClosedCallback(OnClosed);
        }
        catch
        {
            await CloseAsync();
            throw;
        }
    }

    /// <summary>The broker's answer to the detach comes behind everything that it has sent.</summary>
    private async Task DetachAsync(ReceiverLink link)
    {
        _link = null;
        try
        {
            await link.CloseAsync(AmqpLine.AnswerLimit, null);
        }
        catch
        {
            _gone = true;
            throw;
        }

        lock (_gate)
        {
            _credit = 0;
        }
    }

    private void OnMessage(IReceiverLink link, Message message)
    {
        // Together: who sees the message must see the credit it used, or it would be given to the broker a second time.
        lock (_gate)
        {
            _messages.Writer.TryWrite(((ReceiverLink)link, message));
            if (--_credit == 0)
            {
                EndDrain();
            }
        }
    }

    private void OnFlow(Flow flow)
    {
        lock (_gate)
        {
            _announced.TrySetResult(flow.Available);
            if (_drained is not null && flow.LinkCredit == 0)
            {
                _credit = 0;
                EndDrain();
            }
        }
    }

    private void EndDrain()
    {
        _drained?.TrySetResult();
        _drained = null;
    }

    private void OnClosed(IAmqpObject sender, Error? error)
    {
        if (sender is ReceiverLink link)
        {
            Line.Watch.Forget(link.Name);
            if (link != _link && !Session.IsClosed)
            {
                // Detached by us.
                return;
            }
        }

        _gone = true;
        var exception = new AmqpException(error ?? sender.Error ?? new Error(ErrorCode.DetachForced));
        _messages.Writer.TryComplete(exception);
        lock (_gate)
        {
            _announced.TrySetException(exception);
            _drained?.TrySetException(exception);
            _drained = null;
        }

        // Whoever does not wait for it shall not leave an exception unseen.
        _ = _announced.Task.Exception;
    }
}
