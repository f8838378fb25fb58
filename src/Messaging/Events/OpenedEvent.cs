using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.Messaging.Events;

/// <summary>An event with its data, wherever they lay.</summary>
/// <param name="Envelope">The event as it came; its own data are a <see cref="ClaimedData"/> if there was a claim.</param>
/// <param name="Data">The whole data, checked.</param>
/// <param name="ClaimName">The claim that held them, to be deleted as the last step of handling; null if there was none.</param>
/// <typeparam name="TData">The record that belongs to the event's type.</typeparam>
public sealed record OpenedEvent<TData>(HybridEvent<JsonElement> Envelope, TData Data, string? ClaimName);
