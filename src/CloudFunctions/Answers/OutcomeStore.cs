using Azure;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>
/// The final outcomes, as blobs <c>answers/{device}/{promptId}.json</c>. Whoever loses the race to write one reads the winner's. Thread
/// safe.
/// </summary>
internal sealed class OutcomeStore(BlobServiceClient blobs)
{
    /// <summary>The container.</summary>
    public const string ContainerName = "answers";

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(ContainerName);

    /// <summary>The outcome of a prompt; null if there is none yet.</summary>
    /// <exception cref="InvalidDataException">The blob holds no outcome.</exception>
    public async Task<StoredOutcome?> FindAsync(string deviceId, Guid promptId, CancellationToken cancellationToken)
    {
        var name = NameOf(deviceId, promptId);
        BlobDownloadResult blob;
        try
        {
            blob = (await _container.GetBlobClient(name).DownloadContentAsync(cancellationToken)).Value;
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            return null;
        }

        try
        {
            return new StoredOutcome(EventFormat.ReadDataAlone<AnswerData>(blob.Content), blob.Details.LastModified);
        }
        catch (ContractException exception)
        {
            // Not the message's fault: it must not be mistaken for a message that breaks the contract.
            throw new InvalidDataException(
                $"The blob {ContainerName}/{name} holds no outcome ({exception.Field}). Delete it to let the prompt be answered again.");
        }
    }

    /// <summary>Makes an outcome final, unless another one is.</summary>
    /// <returns>The one that is.</returns>
    public async Task<StoredOutcome> StoreAsync(AnswerData outcome, CancellationToken cancellationToken)
    {
        CrashPoint.Hit(CloudCrashPoints.OutcomeBefore);
        while (true)
        {
            if (await BlobUpload.TryCreateAsync(
                _container, NameOf(outcome.DeviceId, outcome.PromptId), EventFormat.WriteData(outcome), cancellationToken) is { } stored)
            {
                CrashPoint.Hit(CloudCrashPoints.OutcomeStored);
                return new StoredOutcome(outcome, stored);
            }

            // Null only if an operator deletes it just now; then this one may win.
            if (await FindAsync(outcome.DeviceId, outcome.PromptId, cancellationToken) is { } winner)
            {
                return winner;
            }
        }
    }

    /// <summary>Takes an outcome back, for an operator who lets a failed prompt be asked again.</summary>
    public async Task DiscardAsync(string deviceId, Guid promptId, CancellationToken cancellationToken) =>
        await _container.GetBlobClient(NameOf(deviceId, promptId)).DeleteIfExistsAsync(cancellationToken: cancellationToken);

    private static string NameOf(string deviceId, Guid promptId) => $"{deviceId}/{promptId}.json";
}
