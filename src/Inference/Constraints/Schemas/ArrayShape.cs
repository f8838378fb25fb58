namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>What one schema says of an array's items.</summary>
/// <param name="Prefix">The schemas of the first items.</param>
/// <param name="Rest">The schema of the others, or null where it says nothing.</param>
internal sealed record ArrayShape(IReadOnlyList<SchemaItem> Prefix, SchemaItem? Rest);
