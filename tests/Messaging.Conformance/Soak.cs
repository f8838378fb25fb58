using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Hybrid.Messaging.Conformance;

/// <summary>
/// Many messages to several devices while the broker is killed and started again under both sides. Each side does what the product does: it tries
/// again under the same id, and completes what it has seen.
/// </summary>
/// <param name="sending">The sender's transport.</param>
/// <param name="receiving">The receivers' transport.</param>
/// <param name="restart">Kills the broker and starts it again.</param>
public sealed class Soak(IMessageTransport sending, IMessageTransport receiving, Func<Task> restart)
{
    private const int Batch = 16;
    private static readonly TimeSpan Lock = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Wait = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>After so long without anything new, what is missing is lost: several times the longest lock that somebody dead may hold.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private readonly Lock _gate = new();
    private readonly HashSet<(int Device, int Number)> _settled = [];
    private readonly HashSet<(int Device, int Number)> _unsure = [];
    private readonly HashSet<(int Device, int Number)> _seen = [];
    private long _lastNews = Stopwatch.GetTimestamp();
    private int _twice;
    private int _outOfOrder;
    private int _redelivered;

    /// <summary>Runs it.</summary>
    /// <param name="queues">The devices' queues, ready to be used.</param>
    /// <param name="messages">How many messages, over all devices.</param>
    /// <param name="restarts">How often the broker is killed, evenly over the messages.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<SoakResult> RunAsync(IReadOnlyList<QueueAddress> queues, int messages, int restarts, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        var each = messages / queues.Count;
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var senders = queues.Select((queue, device) => Task.Run(() => SendAsync(queue, device, each, cancellationToken), cancellationToken)).ToList();
        var receivers = queues.Select((queue, device) => Task.Run(() => ReceiveAsync(queue, device, each, over.Token), cancellationToken)).ToList();
        var killer = KillAsync(each * queues.Count, restarts, cancellationToken);

        await Task.WhenAll(senders);
        await Task.WhenAll(receivers);
        await killer;
        return new SoakResult(
            each * queues.Count, (each * queues.Count) - _settled.Union(_unsure).Count(), _twice, _outOfOrder, _redelivered, restarts,
            Stopwatch.GetElapsedTime(begun));
    }

    private async Task SendAsync(QueueAddress address, int device, int count, CancellationToken cancellationToken)
    {
        var queue = sending.Open(address);
        for (var number = 0; number < count; number++)
        {
            var message = new OutgoingMessage($"m-{device}-{number}", Encoding.UTF8.GetBytes($"{number}"));
            while (true)
            {
                try
                {
                    await queue.SendAsync(message, cancellationToken);
                    break;
                }
                catch (MessagingException exception) when (exception.Kind == MessagingFailure.Unavailable)
                {
                    await Task.Delay(Pause, TimeProvider.System, cancellationToken);
                }
            }
        }
    }

    private async Task ReceiveAsync(QueueAddress address, int device, int count, CancellationToken cancellationToken)
    {
        var queue = receiving.Open(address);
        var last = -1;
        while (!IsDone(device, count))
        {
            try
            {
                foreach (var message in await queue.ReceiveAsync(Batch, Lock, Wait, cancellationToken))
                {
                    var number = int.Parse(Encoding.UTF8.GetString(message.Body.Span), CultureInfo.InvariantCulture);
                    See(device, number);
                    if (!await CompleteAsync(queue, message, device, number, cancellationToken))
                    {
                        continue;
                    }

                    if (number < last)
                    {
                        Interlocked.Increment(ref _outOfOrder);
                    }

                    last = number;
                }
            }
            catch (MessagingException exception) when (exception.Kind == MessagingFailure.Unavailable)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }
        }
    }

    private async Task<bool> CompleteAsync(IMessageQueue queue, ReceivedMessage message, int device, int number, CancellationToken cancellationToken)
    {
        try
        {
            if (!await queue.CompleteAsync(message, cancellationToken))
            {
                return false;
            }
        }
        catch (MessagingException)
        {
            // It may be gone or come again.
            lock (_gate)
            {
                _unsure.Add((device, number));
            }

            throw;
        }

        lock (_gate)
        {
            _twice += _settled.Add((device, number)) ? 0 : 1;
            _lastNews = Stopwatch.GetTimestamp();
        }

        return true;
    }

    private void See(int device, int number)
    {
        lock (_gate)
        {
            _redelivered += _seen.Add((device, number)) ? 0 : 1;
        }
    }

    private bool IsDone(int device, int count)
    {
        lock (_gate)
        {
            // Cheap first: it is asked after every batch.
            return (_settled.Count + _unsure.Count >= count && _settled.Union(_unsure).Count(entry => entry.Device == device) >= count)
                || Stopwatch.GetElapsedTime(_lastNews) > Patience;
        }
    }

    private async Task KillAsync(int messages, int restarts, CancellationToken cancellationToken)
    {
        for (var next = 1; next <= restarts; next++)
        {
            while (Settled() < messages * next / (restarts + 1) && Stopwatch.GetElapsedTime(_lastNews) < Patience)
            {
                await Task.Delay(Pause / 10, TimeProvider.System, cancellationToken);
            }

            await restart();
        }
    }

    private int Settled()
    {
        lock (_gate)
        {
            return _settled.Count;
        }
    }
}
