namespace Hybrid.ModelWriter;

/// <summary>The weights of a small embedding model: a vector for each token, and where wanted for each type and each position.</summary>
/// <param name="HiddenSize">The width of a vector.</param>
/// <param name="Words">One row for each token.</param>
/// <param name="Types">One row for each type, or null for a graph without <c>token_type_ids</c>.</param>
/// <param name="Positions">One row for each position, or null for a graph without <c>position_ids</c>.</param>
public sealed record EmbeddingTables(int HiddenSize, float[] Words, float[]? Types = null, float[]? Positions = null);
