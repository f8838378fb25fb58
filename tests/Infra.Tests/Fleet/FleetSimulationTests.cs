using Hybrid.FleetSimulation;

namespace Hybrid.Infra.Tests.Fleet;

/// <summary>The page shows what the simulation says, and the simulation behaves.</summary>
public sealed class FleetSimulationTests
{
    [Fact]
    public void Page_TablesAndPlots_AreTheSimulations()
    {
        var page = File.ReadAllText(Repository.PathOf("docs", "scale.md"));

        Assert.Contains(ScalePage.DemandTable(), page, StringComparison.Ordinal);
        Assert.Contains(ScalePage.HeadroomTable(), page, StringComparison.Ordinal);
        foreach (var (name, svg) in ScalePage.Plots())
        {
            Assert.Equal(svg, File.ReadAllText(Repository.PathOf("docs", name)));
            Assert.Contains($"]({name})", page, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(0.7)]
    [InlineData(2.0)]
    public void Run_Each_AccountsForEveryEscalation(double quota)
    {
        var result = new QueueSimulation(1_000, quota).Run();

        Assert.True(result.Arrived > 0);
        Assert.Equal(result.Answered, result.Waits.Count);
        // What is still under way at the end is neither.
        Assert.InRange(result.Answered + result.Expired + result.Poisoned, result.Arrived * 0.9, result.Arrived);
        Assert.Equal(QueueSimulation.Seconds, result.Oldest.Count);
    }

    [Fact]
    public void Run_SameSeed_GivesTheSame()
    {
        var first = new QueueSimulation(1_000, 0.9, seed: 7).Run();
        var second = new QueueSimulation(1_000, 0.9, seed: 7).Run();
        var other = new QueueSimulation(1_000, 0.9, seed: 8).Run();

        Assert.Equal(first.Waits, second.Waits);
        Assert.NotEqual(first.Waits, other.Waits);
    }

    [Fact]
    public void Run_MoreQuota_ThrottlesAndLosesLess()
    {
        var tight = new QueueSimulation(1_000, 0.7).Run();
        var ample = new QueueSimulation(1_000, 3).Run();

        Assert.True(tight.Throttled > ample.Throttled);
        Assert.True(tight.LostShare > ample.LostShare);
        Assert.Equal(0, ample.LostShare);
        Assert.InRange(ample.Quantile(0.5), Assumptions.CallSeconds * 0.8, Assumptions.CallSeconds * 1.6);
    }

    [Fact]
    public void Demand_Tenfold_IsTenfold()
    {
        var (one, ten) = (new Demand(1_000), new Demand(10_000));

        Assert.Equal(one.TokensPerMinute * 10, ten.TokensPerMinute, 3);
        Assert.Equal(one.StorageRequests * 10, ten.StorageRequests, 3);
        Assert.Equal(one.CostOverQueues, ten.CostOverQueues, 3);
        Assert.True(one.CostOverPremium > ten.CostOverPremium);
    }
}
