using Hybrid.Azurite;

namespace Hybrid.EndToEnd.Outages;

/// <summary>Short outages of everything a device needs; <c>--long</c> runs the same for minutes.</summary>
public sealed class OutageTests : IAsyncLifetime
{
    private const string Account = "outage";
    private AzuriteServer? _azurite;

    public async ValueTask InitializeAsync()
    {
        try
        {
            _azurite = await AzuriteServer.StartTemporaryAsync([Account], TestContext.Current.CancellationToken);
        }
        catch (AzuriteException exception) when (exception.ToolMissing && Environment.GetEnvironmentVariable("CI") != "true")
        {
            Assert.Skip(exception.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_azurite is not null)
        {
            await _azurite.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(nameof(Outage.StorageStopped))]
    [InlineData(nameof(Outage.StorageFrozen))]
    [InlineData(nameof(Outage.LineResets))]
    [InlineData(nameof(Outage.LineSwallows))]
    [InlineData(nameof(Outage.LineSlow))]
    [InlineData(nameof(Outage.ModelAway))]
    [InlineData(nameof(Outage.AnswersAway))]
    [InlineData(nameof(Outage.DeviceRestartsOffline))]
    public async Task Outage_PromptsKeepComing_EverythingArrives(string outage)
    {
        var report = await OutageRun.RunAsync(
            Enum.Parse<Outage>(outage), TimeSpan.FromSeconds(3), _azurite!, Account, TestContext.Current.CancellationToken);

        Assert.Contains(" of 13 outcomes", report, StringComparison.Ordinal);
    }
}
