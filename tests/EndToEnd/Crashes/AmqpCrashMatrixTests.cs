namespace Hybrid.EndToEnd.Crashes;

/// <summary>Some of the crash points over Service Bus, where locks, sessions and dead letters are the broker's.</summary>
public sealed class AmqpCrashMatrixTests(AmqpCrashMatrixFixture fixture) : IClassFixture<AmqpCrashMatrixFixture>
{
    public static TheoryData<string> Cells() => [.. CrashCase.SampleOverServiceBus.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Death_AtThePoint_BreaksNoPromise(string cell)
    {
        var (verdict, took) = await fixture.Matrix!.OfAsync(cell).WaitAsync(TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalSeconds:F1} s, {verdict.PaidCalls} paid calls, {verdict.ExtraPaidCalls} of them extra");
        Assert.True(verdict.Holds);
    }
}
