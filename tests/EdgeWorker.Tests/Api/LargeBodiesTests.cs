using Hybrid.EdgeWorker.Api;

namespace Hybrid.EdgeWorker.Tests.Api;

public sealed class LargeBodiesTests
{
    private const int Most = 2 * LargeBodies.Large;
    private readonly LargeBodies _bodies = new(new ApiOptions { MaxBodyBytes = Most });

    [Fact]
    public void Hold_EightOfTheLargest_LeaveNoRoomForAnotherUntilOneEnds()
    {
        var holds = Enumerable.Range(0, 8).Select(_ => _bodies.Begin()).ToList();
        Assert.All(holds, hold => Assert.True(hold.TryGrow(Most)));
        using var late = _bodies.Begin();

        var refused = late.TryGrow(LargeBodies.Large);
        holds[0].Dispose();
        // Once only.
        holds[0].Dispose();

        Assert.False(refused);
        Assert.True(late.TryGrow(LargeBodies.Large));
        Assert.True(late.TryGrow(Most));
        using var later = _bodies.Begin();
        Assert.False(later.TryGrow(LargeBodies.Large));
        holds.ForEach(hold => hold.Dispose());
    }

    [Fact]
    public void Hold_SmallBodies_AreNotCounted()
    {
        using var full = _bodies.Begin();
        Assert.True(full.TryGrow(8 * Most));
        using var small = _bodies.Begin();

        Assert.True(small.TryGrow(LargeBodies.Large - 1));
        Assert.False(small.TryGrow(LargeBodies.Large));
    }
}
