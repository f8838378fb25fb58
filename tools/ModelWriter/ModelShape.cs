namespace Hybrid.ModelWriter;

/// <summary>The shape of a decoder-only model.</summary>
public sealed record ModelShape
{
}
