namespace Hybrid.Inference.Tokenization;

/// <summary>A range of UTF-16 units.</summary>
/// <param name="Start">The first unit.</param>
/// <param name="End">One past the last.</param>
internal readonly record struct TextRange(int Start, int End);
