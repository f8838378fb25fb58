using Azure;
using Azure.Storage.Blobs;
using Hybrid.CloudFunctions.Answers;
using Hybrid.Contracts;

namespace Hybrid.CloudFunctions.Api;

/// <summary>The markers <c>accepted/direct/{id}</c> of prompts that are on the queue. Thread safe.</summary>
internal sealed class AcceptedPrompts(BlobServiceClient blobs)
{
    /// <summary>The container.</summary>
    public const string ContainerName = "accepted";

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(ContainerName);

    /// <summary>Remembers a prompt.</summary>
    public Task AddAsync(Guid id, CancellationToken cancellationToken) =>
        BlobUpload.TryCreateAsync(_container, NameOf(id), ReadOnlyMemory<byte>.Empty, cancellationToken);

    /// <summary>Whether a prompt was accepted.</summary>
    public async Task<bool> ContainsAsync(Guid id, CancellationToken cancellationToken)
    {
        try
        {
            return await _container.GetBlobClient(NameOf(id)).ExistsAsync(cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return false;
        }
    }

    private static string NameOf(Guid id) => $"{DeviceIds.Direct}/{id}";
}
