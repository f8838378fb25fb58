namespace Hybrid.EdgeWorker.Api;

/// <summary>A piece of an answer in an event stream.</summary>
internal sealed record TextView(string Text);
