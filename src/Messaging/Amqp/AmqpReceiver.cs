using System.Diagnostics.CodeAnalysis;
using Amqp;
using Amqp.Types;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>Receives from one address, one caller at a time. The link is attached again when it was lost. Thread safe.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is not used holds nothing.")]
internal sealed partial class AmqpReceiver(
    AmqpConnector connector, string name, string entity, string? sessionId, ServiceBusManagement? management, ILogger logger)
{
    private const string SessionFilter = "com.microsoft:session-filter";

    /// <summary>How often a session that another has is asked for.</summary>
    private static readonly TimeSpan SessionPause = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private Inlet? _inlet;
    private SessionHold? _hold;
    private bool _toldTaken;

    /// <summary>The session's lock, if there is a session.</summary>
    public SessionHold? Hold => _hold;

    /// <summary>Receives what is there, up to a number; waits if nothing is.</summary>
    /// <param name="maxMessages">At least 1.</param>
    /// <param name="wait">How long to wait for the first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="MessagingException">The broker could not be reached or refused.</exception>
    public async Task<(Inlet? Inlet, List<Message> Messages)> ReceiveAsync(int maxMessages, TimeSpan wait, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await ReceiveAloneAsync(maxMessages, connector.Time.GetTimestamp(), wait, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            throw AmqpFailures.Translate($"Receiving from queue '{name}'", exception);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Closes the link.</summary>
    public async Task CloseAsync()
    {
        if (_inlet is { IsAlive: true } inlet)
        {
            await inlet.CloseAsync();
        }
    }

    private async Task<(Inlet? Inlet, List<Message> Messages)> ReceiveAloneAsync(
        int maxMessages, long start, TimeSpan wait, CancellationToken cancellationToken)
    {
        var rebuilt = false;
        while (true)
        {
            var wasOpen = _inlet is { IsAlive: true };
            if (!await OpenAsync(start, wait, cancellationToken))
            {
                return (null, []);
            }

            var inlet = _inlet!;
            try
            {
                return (inlet, await TakeAsync(inlet, maxMessages, wait - connector.Time.GetElapsedTime(start), cancellationToken));
            }
            catch (AmqpException) when (!inlet.IsAlive && !rebuilt && (wasOpen || wait > connector.Time.GetElapsedTime(start)))
            {
                // Brokers close idle links and restart: that is no news to the caller, as long as the link can be attached again.
                rebuilt = true;
                LogRebuilt(logger, name);
            }
        }
    }

    private async Task<List<Message>> TakeAsync(Inlet inlet, int maxMessages, TimeSpan left, CancellationToken cancellationToken)
    {
        var prefetch = connector.Settings.Prefetch;
        var taken = Take(inlet, maxMessages);
        if (taken.Count == 0)
        {
            var hold = _hold;
            hold?.Wait(true);
            try
            {
                await (prefetch > 0
                    ? inlet.PrefetchAsync(Math.Max(maxMessages, prefetch), left, cancellationToken)
                    : inlet.FetchAsync(maxMessages, left, cancellationToken));
            }
            finally
            {
                hold?.Wait(false);
            }

            taken = Take(inlet, maxMessages);
        }

        if (prefetch > 0)
        {
            inlet.Ask(prefetch);
        }

        return taken;
    }

    private static List<Message> Take(Inlet inlet, int maxMessages)
    {
        var taken = new List<Message>();
        while (taken.Count < maxMessages && inlet.TryTake(out var message))
        {
            taken.Add(message!);
        }

        return taken;
    }

    /// <returns>False if another has the session until the wait is over.</returns>
    private async Task<bool> OpenAsync(long start, TimeSpan wait, CancellationToken cancellationToken)
    {
        while (_inlet is not { IsAlive: true })
        {
            try
            {
                var line = await connector.GetAsync(cancellationToken);
                await line.AuthorizeAsync(entity, cancellationToken);
                var filters = sessionId is null ? null : new Map { [new Symbol(SessionFilter)] = sessionId };
                var inlet = await Inlet.OpenAsync(line, entity, filters, cancellationToken);
                _hold = sessionId is null ? null : new SessionHold(management!, inlet, sessionId, connector.Time, logger);
                _inlet = inlet;
                _toldTaken = false;
            }
            catch (AmqpException exception) when (
                (string?)exception.Error?.Condition == AmqpFailures.SessionTaken && connector.Settings.WhenSessionTaken == SessionTaken.Wait)
            {
                if (!_toldTaken)
                {
                    _toldTaken = true;
                    LogTaken(logger, sessionId, name);
                }

                var left = wait - connector.Time.GetElapsedTime(start);
                if (left <= TimeSpan.Zero)
                {
                    return false;
                }

                await Task.Delay(left < SessionPause ? left : SessionPause, connector.Time, cancellationToken);
            }
        }

        return true;
    }

    [LoggerMessage(EventId = 5034, Level = LogLevel.Warning, Message = "Another worker has session {Session} of queue {Queue}; nothing is received until it is free.")]
    private static partial void LogTaken(ILogger logger, string? session, string queue);

    [LoggerMessage(EventId = 5035, Level = LogLevel.Debug, Message = "The receiving link of queue {Queue} was lost and is attached again.")]
    private static partial void LogRebuilt(ILogger logger, string queue);
}
