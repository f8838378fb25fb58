using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>Blobs that are written once.</summary>
internal static class BlobUpload
{
    /// <summary>Writes a blob unless it exists; creates the container where it is missing.</summary>
    /// <returns>When it was written; null if it was there already.</returns>
    public static async Task<DateTimeOffset?> TryCreateAsync(
        BlobContainerClient container, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var options = new BlobUploadOptions
        {
            Conditions = new BlobRequestConditions { IfNoneMatch = ETag.All },
            HttpHeaders = new BlobHttpHeaders { ContentType = EventTypes.JsonContentType },
        };
        var blob = container.GetBlobClient(name);
        try
        {
            return await TryAsync();
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            return await TryAsync();
        }

        async Task<DateTimeOffset?> TryAsync()
        {
            try
            {
                return (await blob.UploadAsync(new BinaryData(content), options, cancellationToken)).Value.LastModified;
            }
            catch (RequestFailedException exception) when (
                exception.ErrorCode == BlobErrorCode.BlobAlreadyExists
                || exception.ErrorCode == BlobErrorCode.ConditionNotMet
                || exception.ErrorCode == BlobErrorCode.LeaseIdMissing)
            {
                // The last code is what a blob under somebody's lease answers.
                return null;
            }
        }
    }
}
