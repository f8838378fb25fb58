using Hybrid.Contracts.Crashes;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>One cell of the matrix: a program dies at a point.</summary>
/// <param name="IsEdge">Whether it is the device; else the cloud.</param>
/// <param name="Point">Where.</param>
/// <param name="Scenario">While what happens.</param>
/// <param name="First">A point where the program dies once before, to be able to come by.</param>
/// <param name="ExtraPaidCalls">The stated window: calls that may be paid again.</param>
internal sealed record CrashCase(bool IsEdge, string Point, Scenario Scenario, string? First = null, int ExtraPaidCalls = 0)
{
    /// <summary>What passes a point, where that is not the usual scenario.</summary>
    private static readonly Dictionary<string, Func<string, CrashCase>> Edge = new()
    {
        [EdgeCrashPoints.RecoverBefore] = point => new CrashCase(true, point, Scenarios.Usual, First: EdgeCrashPoints.AcceptCommitted),
        [EdgeCrashPoints.CancelBefore] = point => new CrashCase(true, point, Scenarios.CallersLeave),
        [EdgeCrashPoints.CancelCommitted] = point => new CrashCase(true, point, Scenarios.CallersLeave),
        [EdgeCrashPoints.SweepBefore] = point => new CrashCase(true, point, Scenarios.Deadline),
        [EdgeCrashPoints.SweepCommitted] = point => new CrashCase(true, point, Scenarios.Deadline),
        [EdgeCrashPoints.FallbackBefore] = point => new CrashCase(true, point, Scenarios.SlowCloudFirst),
        [EdgeCrashPoints.InboxParkBefore] = point => new CrashCase(true, point, Scenarios.ForeignAnswer),
        [EdgeCrashPoints.InboxParked] = point => new CrashCase(true, point, Scenarios.ForeignAnswer),
        [SharedCrashPoints.AsideBefore] = point => new CrashCase(true, point, Scenarios.MalformedAnswer),
        [SharedCrashPoints.AsideSent] = point => new CrashCase(true, point, Scenarios.MalformedAnswer),
    };

    /// <summary>The same for the cloud. Points that other functions pass too may find a call in flight, whose answer is lost with the process.</summary>
    private static readonly Dictionary<string, Func<string, CrashCase>> Cloud = new()
    {
        [CloudCrashPoints.RepeatBefore] = point => new CrashCase(false, point, Scenarios.Usual, First: CloudCrashPoints.OutcomeStored),
        [CloudCrashPoints.ModelAnswered] = point => new CrashCase(false, point, Scenarios.Usual, ExtraPaidCalls: 1),
        [CloudCrashPoints.OutcomeBefore] = point => new CrashCase(false, point, Scenarios.Usual, ExtraPaidCalls: 1),
        [CloudCrashPoints.Received] = point => new CrashCase(false, point, Scenarios.Usual, ExtraPaidCalls: 1),
        [CloudCrashPoints.CompleteBefore] = point => new CrashCase(false, point, Scenarios.Usual, ExtraPaidCalls: 1),
        [CloudCrashPoints.Completed] = point => new CrashCase(false, point, Scenarios.Usual, ExtraPaidCalls: 1),
        [CloudCrashPoints.ResultBefore] = point => new CrashCase(false, point, Scenarios.Usual, ExtraPaidCalls: 1),
        [CloudCrashPoints.ResultStored] = point => new CrashCase(false, point, Scenarios.Usual, ExtraPaidCalls: 1),
        [CloudCrashPoints.AbandonBefore] = point => new CrashCase(false, point, Scenarios.FailingModel),
        [CloudCrashPoints.Abandoned] = point => new CrashCase(false, point, Scenarios.FailingModel),
        [CloudCrashPoints.RejectBefore] = point => new CrashCase(false, point, Scenarios.Rejected),
        [CloudCrashPoints.Rejected] = point => new CrashCase(false, point, Scenarios.Rejected),
        [CloudCrashPoints.PoisonReceived] = point => new CrashCase(false, point, Scenarios.Poison, ExtraPaidCalls: 1),
        [CloudCrashPoints.PoisonStored] = point => new CrashCase(false, point, Scenarios.Poison, ExtraPaidCalls: 1),
        [CloudCrashPoints.PoisonTold] = point => new CrashCase(false, point, Scenarios.Poison, ExtraPaidCalls: 1),
        [CloudCrashPoints.DirectBefore] = point => new CrashCase(false, point, Scenarios.Direct, ExtraPaidCalls: 1),
        [CloudCrashPoints.DirectQueued] = point => new CrashCase(false, point, Scenarios.Direct, ExtraPaidCalls: 1),
        [CloudCrashPoints.DirectMarked] = point => new CrashCase(false, point, Scenarios.Direct, ExtraPaidCalls: 1),
        [SharedCrashPoints.AsideBefore] = point => new CrashCase(false, point, Scenarios.Poison),
        [SharedCrashPoints.AsideSent] = point => new CrashCase(false, point, Scenarios.Poison),
    };

    /// <summary>
    /// A cell for every point of every catalogue; one without a scenario of its own runs the usual one, and fails if that does not pass it.
    /// Those that wait for a lock of a minute come first.
    /// </summary>
    public static IReadOnlyList<CrashCase> All { get; } =
    [
        .. EdgeCrashPoints.All.Concat(SharedCrashPoints.All)
            .Select(point => Edge.TryGetValue(point, out var make) ? make(point) : new CrashCase(true, point, Scenarios.Usual))
            .Concat(CloudCrashPoints.All.Concat(SharedCrashPoints.All)
                .Select(point => Cloud.TryGetValue(point, out var make) ? make(point) : new CrashCase(false, point, Scenarios.Usual)))
            .OrderBy(cell => cell.Point == SharedCrashPoints.AsideBefore || cell.Point == SharedCrashPoints.AsideSent ? 0 : 1),
    ];

    /// <summary>
    /// What <c>dotnet test</c> runs: the places around each commit and each message where a loss or a second payment would begin. The whole
    /// matrix takes several minutes by itself and is a command of its own.
    /// </summary>
    public static IReadOnlyList<CrashCase> Sample { get; } =
    [
        .. All.Where(cell => cell.IsEdge
            ? cell.Point is EdgeCrashPoints.AcceptCommitted or EdgeCrashPoints.SettleBefore or EdgeCrashPoints.EscalateCommitted
                or EdgeCrashPoints.OutboxSent or EdgeCrashPoints.InboxSettled
            : cell.Point is CloudCrashPoints.LeaseTaken or CloudCrashPoints.ModelAnswered or CloudCrashPoints.OutcomeStored
                or CloudCrashPoints.AnswerSent),
    ];

    /// <summary>
    /// The same over Service Bus: without the points around putting aside, since its dead-lettering is one step of the broker's.
    /// </summary>
    public static IReadOnlyList<CrashCase> OverServiceBus { get; } =
        [.. All.Where(cell => cell.Point is not (SharedCrashPoints.AsideBefore or SharedCrashPoints.AsideSent))];

    /// <summary>What <c>dotnet test</c> runs of that: where a message is between two hands.</summary>
    public static IReadOnlyList<CrashCase> SampleOverServiceBus { get; } =
    [
        .. OverServiceBus.Where(cell => cell.IsEdge
            ? cell.Point is EdgeCrashPoints.OutboxSent or EdgeCrashPoints.InboxSettled
            : cell.Point is CloudCrashPoints.OutcomeStored or CloudCrashPoints.AnswerSent or CloudCrashPoints.PoisonReceived),
    ];

    /// <summary>The cell's name in reports.</summary>
    public string Name => $"{(IsEdge ? "edge" : "cloud")} {Point}";
}
