using System.Security.Cryptography;
using System.Text;
using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Hybrid.Contracts;
using Hybrid.Messaging.Storage;
using Microsoft.Extensions.Logging;

namespace Hybrid.Messaging.Claims;

/// <summary>Keeps the data of events that are too large for a queue, as blobs named <c>claims/{deviceId}/{guid}</c>. Thread safe.</summary>
/// <param name="blobs">The storage account.</param>
/// <param name="time">Tells a claim's age in <see cref="SweepAsync"/>.</param>
/// <param name="logger">Where sweeps are reported.</param>
public sealed partial class ClaimStore(BlobServiceClient blobs, TimeProvider time, ILogger<ClaimStore> logger)
{
    /// <summary>The container, and the first part of every claim's name.</summary>
    public const string ContainerName = "claims";

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(ContainerName);

    /// <summary>
    /// The name of the claim of an event: always the same for the same event, so that sending it again makes no second blob.
    /// </summary>
    /// <param name="deviceId">The device the event belongs to.</param>
    /// <param name="source">The event's source; ids are unique only within it.</param>
    /// <param name="eventId">The event's id.</param>
    public static string NameFor(string deviceId, string source, string eventId)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{source}\n{eventId}"));
        return $"{ContainerName}/{deviceId}/{new Guid(hash.AsSpan(0, 16))}";
    }

    /// <summary>Checks that a name is a claim's.</summary>
    /// <param name="name">The name, from wherever it comes.</param>
    /// <param name="deviceId">The device it must belong to; null for any.</param>
    /// <exception cref="ContractException">It is not <c>claims/{deviceId}/{guid}</c> or belongs to another device.</exception>
    public static void CheckName(string name, string? deviceId = null)
    {
        ArgumentNullException.ThrowIfNull(name);
        var parts = name.Split('/');
        if (parts is not [ContainerName, var device, var id]
            || !DeviceIds.IsWellFormed(device)
            || !Guid.TryParseExact(id, "D", out var guid)
            || guid.ToString() != id)
        {
            throw new ContractException("$.dataref", "dataref must be claims/{deviceId}/{guid}, in lower case.");
        }

        if (deviceId is not null && device != deviceId)
        {
            throw new ContractException("$.dataref", "dataref names another device's claim.");
        }
    }

    /// <summary>Stores data, over what the same name held: it is the same event's, and its age for the sweep begins anew.</summary>
    /// <exception cref="ContractException">The name is no claim's.</exception>
    /// <exception cref="MessagingException">It could not be stored.</exception>
    public async Task PutAsync(string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        if (data.Length > Limits.DataBytes)
        {
            throw new MessagingException(
                MessagingFailure.Refused, $"Claim '{name}' would have {data.Length} bytes; at most {Limits.DataBytes} are stored.");
        }

        await StorageFailures.RunAsync(
            $"Storing claim '{name}'", () => _container.PutAsync(blob.Name, data, cancellationToken), cancellationToken);
    }

    /// <summary>Reads a claim.</summary>
    /// <exception cref="ContractException">The name is no claim's, or it holds more than <see cref="Limits.DataBytes"/>.</exception>
    /// <exception cref="MessagingException">
    /// <see cref="MessagingFailure.NotFound"/> if it is gone, which a redelivery after the claim's deletion finds;
    /// otherwise it could not be read.
    /// </exception>
    public Task<byte[]> GetAsync(string name, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        return StorageFailures.RunAsync($"Reading claim '{name}'", DownloadAsync, cancellationToken);

        async Task<byte[]> DownloadAsync()
        {
            using var download = (await blob.DownloadStreamingAsync(cancellationToken: cancellationToken)).Value;
            var length = download.Details.ContentLength;
            if (length > Limits.DataBytes)
            {
                throw new ContractException("$.dataref", $"The claim has {length} bytes; at most {Limits.DataBytes} are read.");
            }

            var bytes = new byte[length];
            await download.Content.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
    }

    /// <summary>Deletes a claim; one that is gone is fine.</summary>
    /// <exception cref="ContractException">The name is no claim's.</exception>
    /// <exception cref="MessagingException">It could not be deleted.</exception>
    public async Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        var blob = Blob(name);
        await StorageFailures.RunAsync(
            $"Deleting claim '{name}'", () => blob.DeleteIfExistsAsync(cancellationToken: cancellationToken), cancellationToken);
    }

    /// <summary>Deletes claims that nobody will ask for any more.</summary>
    /// <param name="olderThan">
    /// Age since the last <see cref="PutAsync"/>. Must exceed every message's life, poisoned ones that may be replayed included.
    /// </param>
    /// <param name="cancellationToken">Ends the sweep.</param>
    /// <returns>How many were deleted. Blobs whose names are no claims' are left alone.</returns>
    /// <exception cref="MessagingException">The account could not be reached or refused.</exception>
    public async Task<int> SweepAsync(TimeSpan olderThan, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(olderThan, TimeSpan.Zero);
        var limit = time.GetUtcNow() - olderThan;
        var deleted = await StorageFailures.RunAsync("Sweeping the claims", DeleteOldAsync, cancellationToken);
        LogSwept(logger, deleted, olderThan);
        return deleted;

        async Task<int> DeleteOldAsync()
        {
            var count = 0;
            try
            {
                await foreach (var item in _container.GetBlobsAsync(cancellationToken: cancellationToken))
                {
                    if (item.Properties.LastModified < limit && IsClaim(item.Name) && await DeleteUnchangedAsync(item, cancellationToken))
                    {
                        count++;
                    }
                }
            }
            catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
            {
                // No claim was ever made here.
            }

            return count;
        }
    }

    private async Task<bool> DeleteUnchangedAsync(BlobItem item, CancellationToken cancellationToken)
    {
        try
        {
            // Only as it was listed: an event sent again in between has renewed its claim.
            var conditions = new BlobRequestConditions { IfMatch = item.Properties.ETag };
            return await _container.GetBlobClient(item.Name).DeleteIfExistsAsync(
                conditions: conditions, cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 412)
        {
            return false;
        }
    }

    private static bool IsClaim(string blobName)
    {
        try
        {
            CheckName($"{ContainerName}/{blobName}");
            return true;
        }
        catch (ContractException)
        {
            return false;
        }
    }

    private BlobClient Blob(string name)
    {
        CheckName(name);
        return _container.GetBlobClient(name[(ContainerName.Length + 1)..]);
    }

    [LoggerMessage(EventId = 5010, Level = LogLevel.Information, Message = "Swept {Count} claims older than {Age}.")]
    private static partial void LogSwept(ILogger logger, int count, TimeSpan age);
}
