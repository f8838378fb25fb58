using System.Text.Json.Serialization;

namespace Hybrid.Contracts;

/// <summary>One event on a queue, with the attribute names of CloudEvents 1.0 in its JSON format.</summary>
/// <param name="SpecVersion">The CloudEvents version, always <see cref="EventTypes.SpecVersion"/>.</param>
/// <param name="Id">The event's id: the same for every delivery of the same event, unique within <paramref name="Source"/>.</param>
/// <param name="Source">Who sent it: <c>/devices/{deviceId}</c> or <c>/functions/{app}</c>.</param>
/// <param name="Type">What it is and in which version, one of <see cref="EventTypes"/>.</param>
/// <param name="Subject">The prompt's id.</param>
/// <param name="Time">When it was made, UTC.</param>
/// <param name="DataContentType">The format of <paramref name="Data"/>, always <see cref="EventTypes.JsonContentType"/>.</param>
/// <param name="TraceParent">The W3C trace context of the prompt, if there is one.</param>
/// <param name="DataRef">
/// The claim check: the name of the blob that holds the whole data when it is too large for the queue (CloudEvents extension <c>dataref</c>).
/// The data in the event is then a <see cref="ClaimedData"/>.
/// </param>
/// <param name="Data">The data itself.</param>
/// <typeparam name="TData">The record that belongs to <paramref name="Type"/>.</typeparam>
public sealed record HybridEvent<TData>(
    [property: JsonPropertyName("specversion")] string SpecVersion,
    string Id,
    string Source,
    string Type,
    string Subject,
    DateTimeOffset Time,
    [property: JsonPropertyName("datacontenttype")] string DataContentType,
    TData Data,
    [property: JsonPropertyName("traceparent")] string? TraceParent = null,
    [property: JsonPropertyName("dataref")] string? DataRef = null);
