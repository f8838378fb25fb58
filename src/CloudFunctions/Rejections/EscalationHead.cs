using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;

namespace Hybrid.CloudFunctions.Rejections;

/// <summary>What can be told of an escalation before its data are read, also of one that breaks the contract.</summary>
/// <param name="Ids">Whose prompt it is; null if that cannot be read.</param>
/// <param name="TraceParent">The trace it belongs to.</param>
/// <param name="ClaimName">The claim, if its name is in order and the device's own.</param>
/// <param name="Refusal">Why it can never be handled; null if it may be.</param>
internal sealed record EscalationHead(ClaimedData? Ids, string? TraceParent, string? ClaimName, DeadLetterReason? Refusal)
{
    private const string VersionedType = "hybrid.escalation.v";

    /// <summary>Reads the head; never throws for what the message holds.</summary>
    public static EscalationHead Read(ReadOnlyMemory<byte> body)
    {
        try
        {
            var envelope = EventFormat.ReadEnvelope(body.Span);
            if (envelope.Type != EventTypes.Escalation)
            {
                throw new ContractException("$.type", $"type must be {EventTypes.Escalation} on this queue.");
            }

            var ids = EventFormat.ReadIds(envelope);
            if (envelope.DataRef is { } claim)
            {
                ClaimStore.CheckName(claim, ids.DeviceId);
            }

            // Only our own HTTP API may speak for "direct"; every device only for itself.
            var expected = ids.DeviceId == DeviceIds.Direct ? Diagnostics.CloudDiagnostics.Source : EventFormat.DeviceSource(ids.DeviceId);
            return new EscalationHead(ids, envelope.TraceParent, envelope.DataRef, envelope.Source == expected
                ? null
                : new DeadLetterReason(RejectionCodes.WrongDevice, $"source is not {expected}, the sender of this prompt's device."));
        }
        catch (ContractException exception)
        {
            return Salvage(body, exception);
        }
    }

    /// <summary>The reason for what breaks the contract.</summary>
    public static DeadLetterReason ReasonOf(ContractException exception) =>
        new(RejectionCodes.Malformed, exception.Field.Length == 0 ? exception.Message : $"{exception.Field}: {exception.Message}");

    /// <summary>Whatever ids can be found, so that the device need not wait for its deadline.</summary>
    private static EscalationHead Salvage(ReadOnlyMemory<byte> body, ContractException exception)
    {
        var reason = ReasonOf(exception);
        try
        {
            using var document = JsonDocument.Parse(body);
            var root = document.RootElement;
            if (Text(root, "type") is { } type && type != EventTypes.Escalation && type.StartsWith(VersionedType, StringComparison.Ordinal))
            {
                reason = reason with { Code = RejectionCodes.UnknownVersion };
            }

            var ids = root.TryGetProperty("data", out var data)
                && Text(data, "deviceId") is { } device && DeviceIds.IsWellFormed(device)
                && Guid.TryParse(Text(data, "promptId"), out var prompt) && prompt != Guid.Empty
                && Guid.TryParse(Text(data, "journalEpoch"), out var epoch)
                    ? new ClaimedData(prompt, device, epoch)
                    : null;
            return new EscalationHead(ids, Text(root, "traceparent"), null, reason);
        }
        catch (Exception trouble) when (trouble is JsonException or InvalidOperationException)
        {
            return new EscalationHead(null, null, null, reason);
        }
    }

    private static string? Text(JsonElement from, string name) =>
        from.ValueKind == JsonValueKind.Object && from.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
