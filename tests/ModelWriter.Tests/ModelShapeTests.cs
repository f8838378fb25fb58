namespace Hybrid.ModelWriter.Tests;

public sealed class ModelShapeTests
{
    [Fact]
    public void Equality_SameValues_Equal() => Assert.Equal(new ModelShape(), new ModelShape());
}
