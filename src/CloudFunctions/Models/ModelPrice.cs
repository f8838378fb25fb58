namespace Hybrid.CloudFunctions.Models;

/// <summary>What a model's tokens cost.</summary>
/// <param name="InputPerMillion">For a million tokens read.</param>
/// <param name="OutputPerMillion">For a million tokens written.</param>
/// <param name="Currency">ISO 4217, as <c>USD</c>.</param>
internal sealed record ModelPrice(decimal InputPerMillion, decimal OutputPerMillion, string Currency);
