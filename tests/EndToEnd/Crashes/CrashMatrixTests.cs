namespace Hybrid.EndToEnd.Crashes;

/// <summary>
/// A sample of the crash points of both programs: the real process dies exactly there by SIGKILL and is started again; then nothing may be lost, double,
/// left over, or paid beyond the stated windows.
/// </summary>
public sealed class CrashMatrixTests(CrashMatrixFixture fixture) : IClassFixture<CrashMatrixFixture>
{
    public static TheoryData<string> Cells() => [.. CrashCase.Sample.Select(cell => cell.Name)];

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task Death_AtThePoint_BreaksNoPromise(string cell)
    {
        var (verdict, took) = await fixture.Matrix!.OfAsync(cell).WaitAsync(TestContext.Current.CancellationToken);

        TestContext.Current.TestOutputHelper?.WriteLine($"{took.TotalSeconds:F1} s, {verdict.PaidCalls} paid calls, {verdict.ExtraPaidCalls} of them extra");
        Assert.True(verdict.Holds);
    }
}
