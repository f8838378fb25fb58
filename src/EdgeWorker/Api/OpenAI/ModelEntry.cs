namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A model in the list.</summary>
internal sealed record ModelEntry(string Id, string Object, long Created, string OwnedBy);
