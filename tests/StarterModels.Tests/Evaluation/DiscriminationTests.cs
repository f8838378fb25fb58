using Hybrid.StarterModels.Evaluation;

namespace Hybrid.StarterModels.Tests.Evaluation;

public sealed class DiscriminationTests
{
    [Fact]
    public void Auroc_PerfectOrder_IsOne() =>
        Assert.Equal(1, Discrimination.Auroc([(-0.1, true), (-0.2, true), (-0.9, false)]));

    [Fact]
    public void Auroc_WrongOrder_IsZero() =>
        Assert.Equal(0, Discrimination.Auroc([(-0.9, true), (-0.1, false)]));

    [Fact]
    public void Auroc_Ties_CountHalf() =>
        Assert.Equal(0.5, Discrimination.Auroc([(-0.5, true), (-0.5, false), (-0.5, false)]));

    [Fact]
    public void Auroc_CountedByHand_Agrees() =>
        // Right: -0.1, -0.4. Wrong: -0.3, -0.4, -0.6. Pairs won: 3 + (0 + ½ + 1) of 6.
        Assert.Equal(4.5 / 6, Discrimination.Auroc([(-0.1, true), (-0.4, true), (-0.3, false), (-0.4, false), (-0.6, false)]));

    [Fact]
    public void Auroc_OnlyOneKind_IsUndefined()
    {
        Assert.Null(Discrimination.Auroc([(-0.1, true)]));
        Assert.Null(Discrimination.Auroc([]));
    }
}
