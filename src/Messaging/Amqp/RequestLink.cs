using System.Collections.Concurrent;
using Amqp;
using Amqp.Framing;

namespace Hybrid.Messaging.Amqp;

/// <summary>A pair of links to a node that answers requests: <c>$cbs</c>, <c>$management</c>. Thread safe.</summary>
internal sealed class RequestLink
{
    private const int Answers = 100;

    private readonly AmqpLine _line;
    private readonly Session _session;
    private readonly string _replyTo = $"hybrid-{Guid.NewGuid():N}";
    private readonly ConcurrentDictionary<string, TaskCompletionSource<Message>> _waiting = new(StringComparer.Ordinal);
    private SenderLink _sender = null!;
    private ReceiverLink _receiver = null!;
    private long _number;

    private RequestLink(AmqpLine line, Session session)
    {
        _line = line;
        _session = session;
    }

    public bool IsAlive => !_sender.IsClosed && !_receiver.IsClosed;

    /// <summary>Attaches both links.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public static async Task<RequestLink> OpenAsync(AmqpLine line, string node, CancellationToken cancellationToken)
    {
        var link = new RequestLink(line, new Session(line.Connection));
        try
        {
            var (sending, receiving) = (new AttachWait(), new AttachWait());
            link._sender = new SenderLink(
                link._session, $"{link._replyTo}-out",
                new Attach { Source = new Source { Address = link._replyTo }, Target = new Target { Address = node } }, sending.OnAttached);
            link._receiver = new ReceiverLink(
                link._session, $"{link._replyTo}-in",
                new Attach { Source = new Source { Address = node }, Target = new Target { Address = link._replyTo } }, receiving.OnAttached);
            link._sender.AddClosedCallback(sending.OnClosed);
            link._receiver.AddClosedCallback(receiving.OnClosed);
            link._sender.AddClosedCallback(link.OnClosed);
            link._receiver.AddClosedCallback(link.OnClosed);
            link._receiver.Start(Answers, link.OnAnswer);
            await line.AnswerAsync(Task.WhenAll(sending.Task, receiving.Task), cancellationToken);
            return link;
        }
        catch
        {
            await AmqpLine.EndAsync(link._session);
            throw;
        }
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>; whether it was carried out is then not known.</exception>
    public async Task<Message> AskAsync(Message request, CancellationToken cancellationToken)
    {
        var id = Interlocked.Increment(ref _number).ToString(System.Globalization.CultureInfo.InvariantCulture);
        request.Properties = new Properties { MessageId = id, ReplyTo = _replyTo };
        var answer = new TaskCompletionSource<Message>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[id] = answer;
        try
        {
            if (!IsAlive)
            {
                OnClosed(_sender, _sender.Error);
            }

            _sender.Send(request, (_, _, outcome, _) => OnOutcome(answer, outcome), null);
            return await _line.AnswerAsync(answer.Task, cancellationToken);
        }
        finally
        {
            _waiting.TryRemove(id, out _);
        }
    }

    private static void OnOutcome(TaskCompletionSource<Message> answer, Outcome? outcome)
    {
        if (outcome is Rejected rejected)
        {
            answer.TrySetException(new AmqpException(rejected.Error ?? new Error(ErrorCode.InternalError)));
        }
        else if (outcome is Released)
        {
            answer.TrySetException(new AmqpException(new Error(ErrorCode.MessageReleased)));
        }
    }

    private void OnAnswer(IReceiverLink receiver, Message message)
    {
        receiver.Accept(message);
        if (message.Properties?.GetCorrelationId() is string id && _waiting.TryRemove(id, out var answer))
        {
            answer.TrySetResult(message);
        }
    }

    private void OnClosed(IAmqpObject sender, Error? error)
    {
        foreach (var answer in _waiting.Values)
        {
            answer.TrySetException(new AmqpException(error ?? new Error(ErrorCode.DetachForced)));
        }
    }
}
