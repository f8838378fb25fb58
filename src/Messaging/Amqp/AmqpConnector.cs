using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>Keeps one line to the broker: makes a new one when it is asked for and the old one is dead. Thread safe.</summary>
/// <remarks>
/// After failures it pauses before the next attempt, so that many queues that ask at once do not storm a broker that comes up. It does not try twice
/// for one caller: when to try again is the caller's affair.
/// </remarks>
internal sealed partial class AmqpConnector(AmqpSettings settings, TokenSource? tokens, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private volatile AmqpLine? _line;
    private int _failures;
    private long _failedAt;
    private volatile bool _disposed;

    public AmqpSettings Settings => settings;

    public TimeProvider Time => time;

    /// <summary>The line if it lives, without waiting.</summary>
    public AmqpLine? Current => _line is { IsAlive: true } line ? line : null;

    /// <summary>The line, a new one if need be.</summary>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public async Task<AmqpLine> GetAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(AmqpTransport));
        if (Current is { } line)
        {
            return line;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, typeof(AmqpTransport));
            return Current ?? await ConnectAsync(cancellationToken);
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        await _turn.WaitAsync();
        try
        {
            if (_line is { } line)
            {
                _line = null;
                await line.DisposeAsync();
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<AmqpLine> ConnectAsync(CancellationToken cancellationToken)
    {
        if (_line is { } dead)
        {
            _line = null;
            await dead.DisposeAsync();
            LogLost(logger, settings.Host);
        }

        await PauseAsync(cancellationToken);
        try
        {
            var line = await AmqpLine.ConnectAsync(settings, tokens, time, logger, cancellationToken);
            LogConnected(logger, settings.Host, line.Product ?? "AMQP 1.0");
            _failures = 0;
            return _line = line;
        }
        catch
        {
            _failures++;
            _failedAt = time.GetTimestamp();
            throw;
        }
    }

    private Task PauseAsync(CancellationToken cancellationToken)
    {
        if (_failures == 0)
        {
            return Task.CompletedTask;
        }

        var pause = FirstPause * Math.Pow(2, Math.Min(_failures - 1, 10));
        var left = (pause < LongestPause ? pause : LongestPause) - time.GetElapsedTime(_failedAt);
        return left > TimeSpan.Zero ? Task.Delay(left, time, cancellationToken) : Task.CompletedTask;
    }

    [LoggerMessage(EventId = 5031, Level = LogLevel.Information, Message = "Connected to {Host} ({Product}).")]
    private static partial void LogConnected(ILogger logger, string host, string product);

    [LoggerMessage(EventId = 5032, Level = LogLevel.Information, Message = "The connection to {Host} was lost; a new one is made.")]
    private static partial void LogLost(ILogger logger, string host);
}
