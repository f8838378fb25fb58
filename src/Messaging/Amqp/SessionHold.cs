using System.Diagnostics.CodeAnalysis;
using Amqp.Types;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// Holds a session's lock while its receiver is at work: it waits for messages, or was used within the last lock's time. A holder that hangs loses
/// the session, as it would lose a message.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A source without a timer holds nothing; the link's end may come at any time.")]
internal sealed partial class SessionHold
{
    /// <summary>Where the broker tells the end of the lock.</summary>
    private const string LockedUntil = "com.microsoft:locked-until-utc";

    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UsualLock = TimeSpan.FromSeconds(30);

    private readonly ServiceBusManagement _management;
    private readonly Inlet _inlet;
    private readonly string _sessionId;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _done = new();
    private TimeSpan _lock;
    private long _used;
    private int _waiting;

    public SessionHold(ServiceBusManagement management, Inlet inlet, string sessionId, TimeProvider time, ILogger logger)
    {
        _management = management;
        _inlet = inlet;
        _sessionId = sessionId;
        _time = time;
        _logger = logger;
        _used = time.GetTimestamp();
        _lock = inlet.Answer.Properties?[new Symbol(LockedUntil)] is long ticks ? LeftUntil(new DateTimeOffset(ticks, TimeSpan.Zero)) : UsualLock;
        inlet.Link.AddClosedCallback((_, _) => _done.Cancel());
        Renewing = RenewAsync();
    }

    /// <summary>Done when the link is closed.</summary>
    public Task Renewing { get; }

    /// <summary>Notes that the holder is at work.</summary>
    public void Use() => _used = _time.GetTimestamp();

    /// <summary>Notes that the holder waits for messages, until the second call.</summary>
    public void Wait(bool waits)
    {
        Use();
        Interlocked.Add(ref _waiting, waits ? 1 : -1);
    }

    /// <summary>Renews now.</summary>
    /// <returns>False if the session is lost.</returns>
    public async Task<bool> RenewAsync(CancellationToken cancellationToken)
    {
        var until = await _management.RenewSessionAsync(_sessionId, _inlet.Link.Name, cancellationToken);
        _lock = until is { } end ? LeftUntil(end) : _lock;
        return until is not null;
    }

    private async Task RenewAsync()
    {
        await Task.Yield();
        while (!_done.IsCancellationRequested)
        {
            var pause = _lock / 3;
            pause = pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;
            await Task.Delay(pause, _time, _done.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_done.IsCancellationRequested || (Volatile.Read(ref _waiting) == 0 && _time.GetElapsedTime(_used) >= _lock))
            {
                continue;
            }

            try
            {
                await RenewAsync(_done.Token);
            }
            catch (Exception exception) when (exception is MessagingException or OperationCanceledException)
            {
                // While it fails, the lock runs on; when it has ended, the broker closes the link, and the receiver opens another.
                LogNotRenewed(_logger, _sessionId, exception.Message);
            }
        }
    }

    private TimeSpan LeftUntil(DateTimeOffset end)
    {
        // By the broker's clock against ours: a wrong clock may make it nonsense, which the pauses' limits bear.
        var left = end - _time.GetUtcNow();
        return left > TimeSpan.Zero ? left : UsualLock;
    }

    [LoggerMessage(EventId = 5033, Level = LogLevel.Debug, Message = "The lock of session {Session} was not renewed: {Problem}")]
    private static partial void LogNotRenewed(ILogger logger, string session, string problem);
}
