namespace Hybrid.CloudFunctions.Api;

/// <summary>A prompt that has no outcome yet.</summary>
/// <param name="Id">The prompt.</param>
/// <param name="State">Always <c>accepted</c>.</param>
internal sealed record PromptAccepted(Guid Id, string State = "accepted");
