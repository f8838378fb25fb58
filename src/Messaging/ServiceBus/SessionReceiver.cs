using Azure.Messaging.ServiceBus;
using Hybrid.Messaging.Amqp;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.ServiceBus;

/// <summary>
/// A device's session: one holder at a time, in order. Held as long as somebody receives or renews; a holder that hangs loses it, as it
/// would lose a message.
/// </summary>
internal sealed partial class SessionReceiver(
    ServiceBusClient client, ServiceBusName names, string sessionId, AmqpSettings settings, TimeProvider time, ILogger logger)
    : SdkReceiver
{
    /// <summary>How often a session that another one has is asked for again.</summary>
    private static readonly TimeSpan TakenPause = TimeSpan.FromSeconds(2);

    /// <summary>The longest wait at once; the lock is renewed in between. The shortest lock of a queue is 5 seconds.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    private ServiceBusSessionReceiver? _receiver;

    /// <summary>One asks for the session at a time. Never disposed: its wait handle is not used.</summary>
    private SemaphoreSlim Turn { get; } = new(1, 1);

    public override async Task<(ServiceBusReceiver Receiver, IReadOnlyList<ServiceBusReceivedMessage> Messages)?> ReceiveAsync(
        int maxMessages, TimeSpan wait, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        while (true)
        {
            var receiver = await TryHoldAsync(cancellationToken);
            var left = wait - time.GetElapsedTime(start);
            if (receiver is not null)
            {
                var slice = left < ShortestWait ? ShortestWait : left < Slice ? left : Slice;
                try
                {
                    if (await receiver.ReceiveMessagesAsync(maxMessages, slice, cancellationToken) is { Count: > 0 } messages)
                    {
                        return (receiver, messages);
                    }

                    await receiver.RenewSessionLockAsync(cancellationToken);
                }
                catch (ServiceBusException exception) when (exception.Reason == ServiceBusFailureReason.SessionLockLost)
                {
                    LogLost(logger, sessionId, names.Shown);
                    await LetGoAsync(receiver);
                }
            }
            else if (left > TimeSpan.Zero)
            {
                await Task.Delay(left < TakenPause ? left : TakenPause, time, cancellationToken);
            }

            if (time.GetElapsedTime(start) >= wait)
            {
                return null;
            }
        }
    }

    public override async Task<DateTimeOffset> RenewAsync(SdkMessage message, CancellationToken cancellationToken)
    {
        var session = (ServiceBusSessionReceiver)message.Receiver;
        await session.RenewSessionLockAsync(cancellationToken);
        return session.SessionLockedUntil;
    }

    public override async Task CloseAsync()
    {
        if (Interlocked.Exchange(ref _receiver, null) is { } receiver)
        {
            await receiver.CloseAsync();
        }
    }

    /// <summary>The session; null while another one has it and it is configured to wait.</summary>
    private async Task<ServiceBusSessionReceiver?> TryHoldAsync(CancellationToken cancellationToken)
    {
        await Turn.WaitAsync(cancellationToken);
        try
        {
            if (_receiver is { IsClosed: false } held)
            {
                return held;
            }

            _receiver = await client.AcceptSessionAsync(
                names.Receive, sessionId, new ServiceBusSessionReceiverOptions { PrefetchCount = settings.Prefetch }, cancellationToken);
            return _receiver;
        }
        catch (ServiceBusException exception) when (
            exception.Reason == ServiceBusFailureReason.SessionCannotBeLocked && settings.WhenSessionTaken == SessionTaken.Wait)
        {
            LogTaken(logger, sessionId, names.Shown);
            return null;
        }
        finally
        {
            Turn.Release();
        }
    }

    private async Task LetGoAsync(ServiceBusSessionReceiver receiver)
    {
        Interlocked.CompareExchange(ref _receiver, null, receiver);
        // Without a token: what is half closed would hold the session until its lock ends.
        await receiver.CloseAsync(CancellationToken.None);
    }

    [LoggerMessage(EventId = 5051, Level = LogLevel.Warning, Message = "Session {Session} of {Queue} was lost to its lock's end; it is asked for again.")]
    private static partial void LogLost(ILogger logger, string session, string queue);

    [LoggerMessage(EventId = 5052, Level = LogLevel.Debug, Message = "Another worker has session {Session} of {Queue}.")]
    private static partial void LogTaken(ILogger logger, string session, string queue);
}
