namespace Hybrid.CloudFunctions.Api;

/// <summary>How the program is.</summary>
/// <param name="Status"><c>ok</c>, or <c>starting</c> while the model loads.</param>
/// <param name="Model">The model's configured name.</param>
internal sealed record HealthReport(string Status, string Model);
