using Azure.Storage.Blobs;
using Azure.Storage.Queues;

namespace Hybrid.EndToEnd.Check;

/// <summary>The queues and blobs of a storage account, read by nothing but the service's own client.</summary>
internal sealed record StorageSnapshot(IReadOnlyList<StoredQueue> Queues, IReadOnlyList<StoredBlob> Blobs)
{
    private static readonly string[] ReadContainers = ["answers", "results"];

    /// <summary>Reads an account; what arrives meanwhile may be missed.</summary>
    /// <param name="connection">Its connection string.</param>
    /// <param name="withContents">Whether the blobs' texts are read too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<StorageSnapshot> CaptureAsync(string connection, bool withContents, CancellationToken cancellationToken)
    {
        var queueService = new QueueServiceClient(connection, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05));
        var queues = new List<StoredQueue>();
        await foreach (var item in queueService.GetQueuesAsync(cancellationToken: cancellationToken))
        {
            var properties = await queueService.GetQueueClient(item.Name).GetPropertiesAsync(cancellationToken);
            queues.Add(new StoredQueue(item.Name, properties.Value.ApproximateMessagesCount));
        }

        var blobService = new BlobServiceClient(connection, new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05));
        var blobs = new List<StoredBlob>();
        await foreach (var item in blobService.GetBlobContainersAsync(cancellationToken: cancellationToken))
        {
            var container = blobService.GetBlobContainerClient(item.Name);
            await foreach (var blob in container.GetBlobsAsync(cancellationToken: cancellationToken))
            {
                var content = withContents && ReadContainers.Contains(item.Name)
                    ? (await container.GetBlobClient(blob.Name).DownloadContentAsync(cancellationToken)).Value.Content.ToString()
                    : null;
                blobs.Add(new StoredBlob(item.Name, blob.Name, content));
            }
        }

        return new StorageSnapshot(queues, blobs);
    }
}
