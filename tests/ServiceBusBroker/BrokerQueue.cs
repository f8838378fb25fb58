using Amqp;
using Amqp.Framing;

namespace Hybrid.ServiceBusBroker;

/// <summary>A queue, or the dead letters of one. Everything here runs on the broker's one thread.</summary>
internal sealed class BrokerQueue(string path, BrokerQueueOptions options, TimeProvider time, BrokerQueue? deadLetters)
{
    private readonly SortedDictionary<long, BrokerMessage> _messages = [];
    private readonly Dictionary<Guid, BrokerMessage> _locked = [];

    /// <summary>Those without a lock by their session; without sessions all under the empty text.</summary>
    private readonly Dictionary<string, SortedSet<long>> _free = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutgoingLink> _sessions = new(StringComparer.Ordinal);
    private readonly List<OutgoingLink> _receivers = [];
    private long _sequence;

    public string Path => path;

    public BrokerQueueOptions Options => options;

    /// <summary>Messages it holds, those under a lock included.</summary>
    public int Count => _messages.Count;

    /// <summary>What every message sent here is answered with; null for taking it.</summary>
    public Error? Refusal { get; set; }

    /// <summary>How many of them; then it takes again.</summary>
    public int Refusals { get; set; }

    /// <summary>Every id that was ever completed here, in order; for tests that look for losses and doubles.</summary>
    public List<string> Completed { get; } = [];

    /// <summary>Takes a message.</summary>
    /// <returns>Why not; null if it did.</returns>
    public Error? Put(BrokerMessage message)
    {
        if (Refusal is { } refusal && Refusals-- > 0)
        {
            return refusal;
        }

        if (options.RequiresSession && string.IsNullOrEmpty(message.SessionId))
        {
            return new Error(ErrorCode.NotAllowed) { Description = "The entity requires sessions; the message has no session id." };
        }

        if (options.RequiresDuplicateDetection && message.Id is { } id && !_seen.Add(id))
        {
            return null;
        }

        Add(message);
        Pump();
        return null;
    }

    /// <summary>Adds a receiver.</summary>
    /// <returns>Why not; null if it is in.</returns>
    public Error? Attach(OutgoingLink link)
    {
        if (options.RequiresSession)
        {
            if (link.SessionId is null)
            {
                return new Error(ErrorCode.NotAllowed) { Description = "The entity requires sessions; the link names none." };
            }

            if (!_sessions.TryAdd(link.SessionId, link))
            {
                return new Error("com.microsoft:session-cannot-be-locked") { Description = $"The session {link.SessionId} is locked by another." };
            }

            link.LockedUntil = time.GetUtcNow() + options.LockDuration;
        }

        _receivers.Add(link);
        return null;
    }

    /// <summary>A receiver is gone. Its session is free at once; without sessions, locks outlive the link.</summary>
    public void Detach(OutgoingLink link)
    {
        _receivers.Remove(link);
        if (link.SessionId is { } session && _sessions.GetValueOrDefault(session) == link)
        {
            _sessions.Remove(session);
            foreach (var message in _locked.Values.Where(message => message.Holder == link).OrderBy(message => message.Sequence).ToList())
            {
                Return(message, failed: true);
            }
        }

        Pump();
    }

    /// <summary>Settles the message under a lock.</summary>
    /// <param name="token">The lock.</param>
    /// <param name="settle">What becomes of it.</param>
    /// <returns>False if nobody has this lock.</returns>
    public bool Settle(Guid token, Action<BrokerMessage> settle)
    {
        if (Find(token) is not { } message)
        {
            return false;
        }

        settle(message);
        Pump();
        return true;
    }

    public void Complete(BrokerMessage message)
    {
        Remove(message);
        Completed.Add(message.Id ?? "");
    }

    public void Bury(BrokerMessage message, string? reason, string? description)
    {
        Remove(message);
        if (deadLetters is not null)
        {
            message.Bury(reason, description);
            deadLetters.Add(message);
            deadLetters.Pump();
        }
    }

    /// <summary>Gives a message back, to its place in the order.</summary>
    public void Return(BrokerMessage message, bool failed)
    {
        _locked.Remove(message.Lock!.Value);
        FreeOf(message).Add(message.Sequence);
        (message.Lock, message.Holder) = (null, null);
        if (!failed)
        {
            return;
        }

        message.Failed++;
        if (deadLetters is not null && message.Failed >= options.MaxDeliveryCount)
        {
            Bury(message, "MaxDeliveryCountExceeded", $"Message could not be consumed after {message.Failed} delivery attempts.");
        }
    }

    /// <summary>Prolongs a lock.</summary>
    public DateTimeOffset? Renew(Guid token)
    {
        if (Find(token) is not { } message)
        {
            return null;
        }

        return message.LockedUntil = time.GetUtcNow() + options.LockDuration;
    }

    /// <summary>Prolongs a session's lock.</summary>
    public DateTimeOffset? RenewSession(string session) => _sessions.GetValueOrDefault(session) is { } link
        ? link.LockedUntil = time.GetUtcNow() + options.LockDuration
        : null;

    /// <summary>Ends the locks whose time is over.</summary>
    public void Sweep()
    {
        var now = time.GetUtcNow();
        var any = false;
        if (!options.RequiresSession)
        {
            foreach (var message in _locked.Values.Where(message => message.LockedUntil <= now).OrderBy(message => message.Sequence).ToList())
            {
                Return(message, failed: true);
                any = true;
            }
        }

        foreach (var link in _sessions.Values.Where(link => link.LockedUntil <= now).ToList())
        {
            Detach(link);
            link.Close(new Error("com.microsoft:session-lock-lost") { Description = $"The lock of session {link.SessionId} has expired." });
        }

        if (any)
        {
            Pump();
        }
    }

    /// <summary>Sends what is free to who may have it.</summary>
    public void Pump()
    {
        foreach (var link in _receivers.ToList())
        {
            while (link.Credit > 0 && Next(link.SessionId) is { } message)
            {
                (message.Lock, message.Holder) = (Guid.NewGuid(), link);
                FreeOf(message).Remove(message.Sequence);
                _locked.Add(message.Lock.Value, message);
                message.LockedUntil = options.RequiresSession ? link.LockedUntil : time.GetUtcNow() + options.LockDuration;
                if (!link.Send(message.ToDelivery()))
                {
                    Return(message, failed: false);
                    break;
                }
            }

            link.EndDrain();
        }
    }

    private void Add(BrokerMessage message)
    {
        message.Sequence = ++_sequence;
        _messages.Add(message.Sequence, message);
        FreeOf(message).Add(message.Sequence);
    }

    private void Remove(BrokerMessage message)
    {
        _messages.Remove(message.Sequence);
        FreeOf(message).Remove(message.Sequence);
        if (message.Lock is { } token)
        {
            _locked.Remove(token);
        }
    }

    private SortedSet<long> FreeOf(BrokerMessage message) => FreeOf(message.SessionId);

    private SortedSet<long> FreeOf(string? session)
    {
        var key = options.RequiresSession ? session ?? "" : "";
        return _free.TryGetValue(key, out var free) ? free : _free[key] = [];
    }

    private BrokerMessage? Next(string? session) => FreeOf(session) is { Count: > 0 } free ? _messages[free.Min] : null;

    private BrokerMessage? Find(Guid token)
    {
        var message = _locked.GetValueOrDefault(token);
        return message is not null && (options.RequiresSession || message.LockedUntil > time.GetUtcNow()) ? message : null;
    }
}
