using System.Diagnostics.CodeAnalysis;
using Amqp;
using Amqp.Framing;
using Amqp.Types;

namespace Hybrid.Messaging.Amqp;

/// <summary>
/// What Service Bus does on request for one queue (Service Bus, "AMQP request-response-based operations"). Messages are settled here and not by the
/// link, because here the broker says whether the lock was still ours, and because it works when the link is gone. Thread safe.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "A semaphore whose wait handle is not used holds nothing.")]
internal sealed class ServiceBusManagement(AmqpConnector connector, string name, string entity)
{
    private const string Suffix = "/$management";

    private readonly SemaphoreSlim _turn = new(1, 1);
    private RequestLink? _link;

    /// <summary>Renews a message's lock.</summary>
    /// <returns>Until when it is ours; null if it is not.</returns>
    /// <exception cref="MessagingException">The broker could not be reached or refused.</exception>
    public async Task<DateTimeOffset?> RenewMessageAsync(AmqpMessage message, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            "Renewing a message of", "com.microsoft:renew-lock", new Map { ["lock-tokens"] = TokensOf(message) }, message.Inlet.Link.Name, cancellationToken);
        return answer?["expirations"] is DateTime[] { Length: > 0 } times ? Utc(times[0]) : null;
    }

    /// <summary>Renews a session's lock.</summary>
    /// <returns>Until when it is ours; null if it is not.</returns>
    /// <exception cref="MessagingException">The broker could not be reached or refused.</exception>
    public async Task<DateTimeOffset?> RenewSessionAsync(string sessionId, string linkName, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(
            "Renewing a session of", "com.microsoft:renew-session-lock", new Map { ["session-id"] = sessionId }, linkName, cancellationToken);
        return answer?["expiration"] is DateTime time ? Utc(time) : null;
    }

    /// <summary>Settles a message.</summary>
    /// <param name="what">For people: as <c>Completing a message of</c>.</param>
    /// <param name="message">The message.</param>
    /// <param name="status">What becomes of it: <c>completed</c>, <c>abandoned</c> or <c>suspended</c>, which is dead-lettered.</param>
    /// <param name="sessionId">The session it came in, if any.</param>
    /// <param name="reason">Why it is dead-lettered.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False if the lock was not ours any more.</returns>
    /// <exception cref="MessagingException">The broker could not be reached or refused; whether it was settled is then not known.</exception>
    public async Task<bool> SettleAsync(
        string what, AmqpMessage message, string status, string? sessionId, DeadLetterReason? reason, CancellationToken cancellationToken)
    {
        var body = new Map { ["disposition-status"] = status, ["lock-tokens"] = TokensOf(message) };
        if (reason is not null)
        {
            body["deadletter-reason"] = reason.Code;
            body["deadletter-description"] = reason.Detail;
        }

        if (sessionId is not null)
        {
            body["session-id"] = sessionId;
        }

        return await AskAsync(what, "com.microsoft:update-disposition", body, message.Inlet.Link.Name, cancellationToken) is not null;
    }

    // The delivery's tag is the lock's token.
    private static Guid[] TokensOf(AmqpMessage message) => [new Guid(message.Raw.DeliveryTag)];

    private static DateTimeOffset Utc(DateTime time) => new(DateTime.SpecifyKind(time, DateTimeKind.Utc));

    /// <returns>The answer's body; null if the lock is lost.</returns>
    private async Task<Map?> AskAsync(string what, string operation, Map body, string linkName, CancellationToken cancellationToken)
    {
        try
        {
            var link = await OpenAsync(cancellationToken);
            var answer = await link.AskAsync(
                new Message
                {
                    ApplicationProperties = new ApplicationProperties
                    {
                        ["operation"] = operation,
                        ["com.microsoft:server-timeout"] = (uint)AmqpLine.AnswerLimit.TotalMilliseconds,
                        ["associated-link-name"] = linkName,
                    },
                    BodySection = new AmqpValue { Value = body },
                },
                cancellationToken);
            var status = answer.ApplicationProperties?["statusCode"] is int code ? code : 0;
            if (status is >= 200 and <= 299)
            {
                return answer.Body as Map ?? [];
            }

            var condition = answer.ApplicationProperties?["errorCondition"] switch
            {
                Symbol symbol => (string)symbol,
                string text => text,
                _ => null,
            };
            return status == 410 || AmqpFailures.IsLost(condition)
                ? null
                : throw new AmqpException(condition ?? ConditionOf(status), answer.ApplicationProperties?["statusDescription"] as string ?? $"status {status}");
        }
        catch (Exception exception) when (AmqpFailures.IsKnown(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw AmqpFailures.Translate($"{what} queue '{name}'", exception);
        }
    }

    private static string ConditionOf(int status) => status switch
    {
        401 or 403 => ErrorCode.UnauthorizedAccess,
        404 => ErrorCode.NotFound,
        503 => AmqpFailures.ServerBusy,
        _ => ErrorCode.InternalError,
    };

    private async Task<RequestLink> OpenAsync(CancellationToken cancellationToken)
    {
        if (_link is { IsAlive: true } link)
        {
            return link;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_link is not { IsAlive: true })
            {
                var line = await connector.GetAsync(cancellationToken);
                await line.AuthorizeAsync(entity + Suffix, cancellationToken);
                _link = await RequestLink.OpenAsync(line, entity + Suffix, cancellationToken);
            }

            return _link;
        }
        finally
        {
            _turn.Release();
        }
    }
}
