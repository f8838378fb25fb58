using System.Text.Json;

namespace Hybrid.Contracts;

/// <summary>A function the model may ask the caller to call.</summary>
/// <param name="Name">Its name: letters, digits, <c>_</c> and <c>-</c>, at most 64.</param>
/// <param name="Description">What it does, for the model.</param>
/// <param name="Parameters">The JSON schema of its arguments; null for none.</param>
/// <param name="Strict">Whether the arguments must hold to the schema exactly.</param>
public sealed record PromptTool(string Name, string? Description = null, JsonElement? Parameters = null, bool? Strict = null);
