using System.Globalization;
using Azure;
using Azure.Storage.Blobs;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Diagnostics;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.Events;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Results;

/// <summary>
/// Keeps the devices' results as blobs <c>results/{yyyy}/{MM}/{dd}/{device}/{promptId}.json</c>, by the event's day. Knows no host; thread
/// safe.
/// </summary>
internal sealed partial class ResultHandler(
    EventReader reader, ClaimStore claims, RejectedMessages rejected, BlobServiceClient blobs, ILogger<ResultHandler> logger)
{
    /// <summary>The container.</summary>
    public const string ContainerName = "results";

    private readonly BlobContainerClient _container = blobs.GetBlobContainerClient(ContainerName);

    /// <summary>Handles one message; a second delivery changes nothing.</summary>
    /// <exception cref="MessagingException">The storage account did not answer.</exception>
    public async Task<Handled> HandleAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            await StoreAsync(body, cancellationToken);
        }
        catch (ContractException exception)
        {
            await rejected.PutAsync(RejectedMessages.ResultsPoison, EscalationHead.ReasonOf(exception), body, cancellationToken);
        }

        return Handled.Done;
    }

    private async Task StoreAsync(ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        var envelope = EventFormat.ReadEnvelope(body.Span);
        using var activity = CloudDiagnostics.Begin("result", envelope.TraceParent);
        OpenedEvent<ResultData> opened;
        try
        {
            opened = await reader.OpenAsync<ResultData>(body, EventTypes.Result, cancellationToken);
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            await ForgetAsync(envelope.Time, EventFormat.ReadIds(envelope), body, cancellationToken);
            return;
        }

        var data = opened.Data;
        if (opened.Envelope.Source != EventFormat.DeviceSource(data.DeviceId))
        {
            throw new ContractException("$.source", "source is not the prompt's device.");
        }

        var whole = EventFormat.Create(
            envelope.Id, envelope.Source, envelope.Type, data.PromptId, envelope.Time, data, envelope.TraceParent);
        CrashPoint.Hit(CloudCrashPoints.ResultBefore);
        var isNew = await BlobUpload.TryCreateAsync(
            _container, NameOf(envelope.Time, data.DeviceId, data.PromptId), EventFormat.Write(whole), cancellationToken) is not null;
        CrashPoint.Hit(CloudCrashPoints.ResultStored);
        if (opened.ClaimName is { } claim)
        {
            await claims.DeleteAsync(claim, cancellationToken);
        }

        LogStored(logger, data.PromptId, data.DeviceId, isNew);
    }

    /// <summary>A claim is gone after the first delivery; without a blob it was lost.</summary>
    private async Task ForgetAsync(DateTimeOffset day, ClaimedData ids, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        try
        {
            await _container.GetBlobClient(NameOf(day, ids.DeviceId, ids.PromptId))
                .GetPropertiesAsync(cancellationToken: cancellationToken);
        }
        catch (RequestFailedException exception) when (exception.Status == 404)
        {
            await rejected.PutAsync(
                RejectedMessages.ResultsPoison, new DeadLetterReason(RejectionCodes.ClaimMissing, "The claim is gone."), body,
                cancellationToken);
        }
    }

    private static string NameOf(DateTimeOffset day, string deviceId, Guid promptId) =>
        string.Create(CultureInfo.InvariantCulture, $"{day.UtcDateTime:yyyy'/'MM'/'dd}/{deviceId}/{promptId}.json");

    [LoggerMessage(
        EventId = 6005, Level = LogLevel.Debug,
        Message = "The result of prompt {PromptId} of {DeviceId} is stored; new: {IsNew}.")]
    private static partial void LogStored(ILogger logger, Guid promptId, string deviceId, bool isNew);
}
