using System.Threading.Channels;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Hybrid.Messaging.Amqp;

/// <summary>One receiving link from attach to detach: what has come and not been taken, and how much the broker may still send.</summary>
internal sealed class Inlet
{
    private readonly Channel<Message> _messages = Channel.CreateUnbounded<Message>();
    private readonly Lock _gate = new();
    private int _credit;
    private TaskCompletionSource? _drained;

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
        (inlet.Link, inlet.Answer) = await line.AttachReceiverAsync(address, filters, inlet.OnMessage, cancellationToken);
        line.Watch.Follow(inlet.Link.Name, inlet.OnNoCredit);
        inlet.Link.AddClosedCallback(inlet.OnClosed);
        return inlet;
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

    /// <summary>A message that is here.</summary>
    public bool TryTake(out Message? message) => _messages.Reader.TryRead(out message);

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

    /// <summary>
    /// Takes the leave to send back: the broker sends at once what it has, and says when that is all. So "nothing came" means that nothing was there,
    /// and no message comes while nobody wants it.
    /// </summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public Task DrainAsync(CancellationToken cancellationToken) => Line.AnswerAsync(Returned(BeginDrain()), cancellationToken);

    /// <summary>The same without waiting for the broker.</summary>
    public Task BeginDrain()
    {
        lock (_gate)
        {
            if (_credit == 0)
            {
                return Task.CompletedTask;
            }

            if (_drained is null)
            {
                _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                Link.SetCredit(_credit, CreditMode.Drain);
            }

            return _drained.Task;
        }
    }

    /// <summary>Closes the link and its session.</summary>
    public Task CloseAsync() => AmqpLine.EndAsync(Link.Session);

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
                EndDrain();
            }
        }
    }

    private void OnNoCredit()
    {
        lock (_gate)
        {
            if (_drained is not null)
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
        Line.Watch.Forget(Link.Name);
        var exception = new AmqpException(error ?? sender.Error ?? new Error(ErrorCode.DetachForced));
        _messages.Writer.TryComplete(exception);
        lock (_gate)
        {
            _drained?.TrySetException(exception);
            _drained = null;
        }
    }
}
