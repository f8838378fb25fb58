namespace Hybrid.Inference.Constraints.Schemas;

/// <summary>What one schema says of an object's members.</summary>
/// <param name="Names">The members' names in their order.</param>
/// <param name="Properties">The schemas of the members.</param>
/// <param name="Additional">The schema of other members, or null where it says nothing.</param>
internal sealed record ObjectShape(IReadOnlyList<string> Names, IReadOnlyDictionary<string, SchemaItem> Properties, SchemaItem? Additional);
