using System.Text.Json;

namespace Hybrid.Contracts;

/// <summary>What a JSON answer must look like.</summary>
/// <param name="Name">The schema's name.</param>
/// <param name="Schema">The JSON schema, an object; at most <see cref="Limits.SchemaBytes"/>.</param>
/// <param name="Description">What the answer is for.</param>
/// <param name="Strict">Whether the provider must hold to it exactly.</param>
public sealed record AnswerSchema(string Name, JsonElement Schema, string? Description = null, bool? Strict = null);
