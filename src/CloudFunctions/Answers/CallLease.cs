using System.Net.Sockets;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>The right to decide one prompt's outcome, renewed until disposed. Disposing gives it back at once.</summary>
internal sealed partial class CallLease : IAsyncDisposable
{
    private readonly BlobClient _blob;
    private readonly BlobLeaseClient _lease;
    private readonly TimeSpan _duration;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _done = new();
    private readonly Task _renewing;

    public CallLease(BlobClient blob, BlobLeaseClient lease, TimeSpan duration, long asked, TimeProvider time, ILogger logger)
    {
        _blob = blob;
        _lease = lease;
        _duration = duration;
        _time = time;
        _logger = logger;
        Lost = _lost.Token;
        _renewing = RenewAsync(asked);
    }

    /// <summary>Cancelled when the lease is gone: somebody else may be asking already.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Gives the lease back and removes its blob, for prompts whose outcome is stored.</summary>
    /// <returns>False if the blob may still be there: the prompt must come again, to have it cleared.</returns>
    public async Task<bool> FinishAsync(CancellationToken cancellationToken)
    {
        await StopAsync();
        try
        {
            await _blob.DeleteIfExistsAsync(
                conditions: new BlobRequestConditions { LeaseId = _lease.LeaseId }, cancellationToken: cancellationToken);
            return true;
        }
        catch (Exception exception) when (IsTrouble(exception))
        {
            // Lost meanwhile, or out of reach.
            LogNotReleased(_logger, _blob.Name, _duration);
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_done.IsCancellationRequested)
        {
            await StopAsync();
            try
            {
                // Not under the caller's token: after a cancelled call the next delivery shall not have to wait.
                using var limit = new CancellationTokenSource(_duration, _time);
                await _lease.ReleaseAsync(cancellationToken: limit.Token);
            }
            catch (Exception exception) when (IsTrouble(exception) || exception is OperationCanceledException)
            {
                LogNotReleased(_logger, _blob.Name, _duration);
            }
        }

        _lost.Dispose();
        _done.Dispose();
    }

    // What the SDK throws, and what HttpClient lets through it where a connection breaks in the moment it is made.
    private static bool IsTrouble(Exception exception) =>
        exception is RequestFailedException or AggregateException or HttpRequestException or IOException or SocketException;

    private async Task StopAsync()
    {
        await _done.CancelAsync();
        await _renewing;
    }

    private async Task RenewAsync(long sure)
    {
        using var timer = new PeriodicTimer(_duration / 3, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_done.Token))
            {
                var asked = _time.GetTimestamp();
                try
                {
                    await _lease.RenewAsync(cancellationToken: _done.Token);
                    sure = asked;
                }
                catch (RequestFailedException exception) when (exception.Status is 404 or 409 or 412)
                {
                    break;
                }
                catch (Exception exception) when (IsTrouble(exception))
                {
                    // A hiccup: the lease is still ours until its time is over.
                    if (_time.GetElapsedTime(sure) >= _duration)
                    {
                        break;
                    }
                }
            }

            LogLost(_logger, _blob.Name);
            await _lost.CancelAsync();
        }
        catch (OperationCanceledException) when (_done.IsCancellationRequested)
        {
            // The work is done.
        }
    }

    [LoggerMessage(
        EventId = 6020, Level = LogLevel.Warning,
        Message = "The lease on {Blob} was lost; its call is cancelled and the queue delivers the prompt again.")]
    private static partial void LogLost(ILogger logger, string blob);

    [LoggerMessage(
        EventId = 6021, Level = LogLevel.Debug,
        Message = "The lease on {Blob} could not be given back; it ends by itself within {Duration}.")]
    private static partial void LogNotReleased(ILogger logger, string blob, TimeSpan duration);
}
