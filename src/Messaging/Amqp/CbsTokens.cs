using Amqp;
using Amqp.Framing;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Amqp;

/// <summary>Shows one line's tokens to <c>$cbs</c>, and new ones before they expire. Thread safe.</summary>
internal sealed partial class CbsTokens(AmqpLine line, TokenSource source, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const string Node = "$cbs";

    /// <summary>How long after a failure, and how often at most, an entity's token is renewed.</summary>
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LongestRest = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly CancellationTokenSource _done = new();
    private readonly Dictionary<string, DateTimeOffset> _renewAt = new(StringComparer.Ordinal);
    private RequestLink? _cbs;
    private Task? _renewing;

    /// <summary>Makes sure that an entity may be used.</summary>
    /// <param name="entity">Its path, or the path of its management node.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Exception">One of those of <see cref="AmqpFailures.IsKnown"/>.</exception>
    public async Task EnsureAsync(string entity, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_renewAt.ContainsKey(entity))
            {
                await PutAsync(entity, cancellationToken);
                _renewing ??= RenewAsync(_done.Token);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _done.CancelAsync();
        if (_renewing is not null)
        {
            await _renewing;
        }

        _done.Dispose();
    }

    private async Task PutAsync(string entity, CancellationToken cancellationToken)
    {
        if (_cbs is not { IsAlive: true })
        {
            _cbs = await RequestLink.OpenAsync(line, Node, cancellationToken);
        }

        var audience = $"sb://{line.HostName}/{entity}";
        var (token, expiresAt) = await source.GetAsync(audience, cancellationToken);
        var request = new Message
        {
            BodySection = new AmqpValue { Value = token },
            ApplicationProperties = new ApplicationProperties
            {
                ["operation"] = "put-token",
                ["type"] = source.Type,
                ["name"] = audience,
                ["expiration"] = expiresAt < DateTimeOffset.MaxValue ? expiresAt.UtcDateTime : DateTime.MaxValue.ToUniversalTime(),
            },
        };
        var answer = await _cbs.AskAsync(request, cancellationToken);
        var status = answer.ApplicationProperties?["status-code"] is int code ? code : 0;
        if (status is < 200 or > 299)
        {
            var description = answer.ApplicationProperties?["status-description"] as string;
            throw new AmqpException(status switch
            {
                404 => ErrorCode.NotFound,
                401 or 403 => ErrorCode.UnauthorizedAccess,
                _ => ErrorCode.InternalError,
            }, $"$cbs answered {status} {description}".TrimEnd());
        }

        var now = time.GetUtcNow();
        // At two thirds of its life: enough is left for some attempts that fail.
        var rest = expiresAt < DateTimeOffset.MaxValue ? (expiresAt - now) * 2 / 3 : TimeSpan.FromDays(1);
        _renewAt[entity] = now + (rest > LeastPause ? rest : LeastPause);
    }

    private async Task RenewAsync(CancellationToken done)
    {
        await Task.Yield();
        try
        {
            while (line.IsAlive)
            {
                await _turn.WaitAsync(done);
                TimeSpan rest;
                try
                {
                    await RenewDueAsync(done);
                    rest = _renewAt.Values.Min() - time.GetUtcNow();
                }
                finally
                {
                    _turn.Release();
                }

                await Task.Delay(TimeSpan.FromTicks(Math.Clamp(rest.Ticks, TimeSpan.TicksPerMillisecond, LongestRest.Ticks)), time, done);
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // The line is closed.
        }
    }

    private async Task RenewDueAsync(CancellationToken done)
    {
        var now = time.GetUtcNow();
        foreach (var entity in _renewAt.Where(pair => pair.Value <= now).Select(pair => pair.Key).ToList())
        {
            try
            {
                await PutAsync(entity, done);
            }
            catch (Exception exception) when (AmqpFailures.IsKnown(exception) && !done.IsCancellationRequested)
            {
                // The old token is still good for a third of its life; when that is over, the broker ends the links, and the next use says why.
                _renewAt[entity] = now + LeastPause;
                LogNotRenewed(logger, entity, AmqpFailures.Translate("Renewing the token", exception).Message);
            }
        }
    }

    [LoggerMessage(EventId = 5030, Level = LogLevel.Warning, Message = "The access to {Entity} could not be renewed yet: {Problem}")]
    private static partial void LogNotRenewed(ILogger logger, string entity, string problem);
}
