using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;

namespace Hybrid.Messaging.Storage;

/// <summary>Writes blobs into containers that may not exist yet.</summary>
internal static class BlobUploads
{
    /// <summary>Writes a blob over what was there, and makes the container if it is missing.</summary>
    public static async Task PutAsync(
        this BlobContainerClient container, string name, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        var blob = container.GetBlobClient(name);
        try
        {
            await blob.UploadAsync(new BinaryData(data), overwrite: true, cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.ErrorCode == BlobErrorCode.ContainerNotFound)
        {
            await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
            await blob.UploadAsync(new BinaryData(data), overwrite: true, cancellationToken);
        }
    }
}
