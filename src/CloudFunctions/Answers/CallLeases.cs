using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>Who may decide a prompt's outcome: one holder of the lease on the blob <c>calls/{device}/{promptId}</c>. Thread safe.</summary>
internal sealed class CallLeases(BlobServiceClient blobs, LeaseOptions options, TimeProvider time, ILogger<CallLease> logger)
{
    /// <summary>The container.</summary>
    public const string ContainerName = "calls";

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(ContainerName);

    /// <summary>Removes what a holder that died, or failed, after the outcome was stored has left behind.</summary>
    /// <returns>False if the lease is still held, by the dead for a while too.</returns>
    public async Task<bool> TryClearAsync(string deviceId, Guid promptId, CancellationToken cancellationToken)
    {
        try
        {
            await _container.GetBlobClient($"{deviceId}/{promptId}").DeleteIfExistsAsync(cancellationToken: cancellationToken);
            return true;
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.LeaseIdMissing)
        {
            return false;
        }
    }

    /// <summary>Takes the lease and keeps it until it is disposed.</summary>
    /// <returns>Null if another one holds it.</returns>
    public async Task<CallLease?> TryTakeAsync(string deviceId, Guid promptId, CancellationToken cancellationToken)
    {
        var name = $"{deviceId}/{promptId}";
        var blob = _container.GetBlobClient(name);
        while (true)
        {
            await BlobUpload.TryCreateAsync(_container, name, ReadOnlyMemory<byte>.Empty, cancellationToken);
            var lease = blob.GetBlobLeaseClient();
            var asked = time.GetTimestamp();
            try
            {
                await lease.AcquireAsync(options.Duration, cancellationToken: cancellationToken);
                return new CallLease(blob, lease, options.Duration, asked, time, logger);
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.LeaseAlreadyPresent)
            {
                return null;
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.BlobNotFound)
            {
                // The last holder has just finished and deleted it.
            }
        }
    }
}
