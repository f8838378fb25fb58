using System.Diagnostics;
using System.Globalization;
using Azure.Storage.Queues;
using Hybrid.Azurite;
using Hybrid.EndToEnd.Check;
using Hybrid.EndToEnd.Crashes;

namespace Hybrid.EndToEnd.Outages;

/// <summary>
/// An outage while prompts keep coming: each must be accepted and each local one answered while it lasts, and in the end everything has arrived.
/// </summary>
internal static class OutageRun
{
    private const int Prompts = 6;
    private static readonly TimeSpan MendLimit = TimeSpan.FromSeconds(240);

    /// <summary>Those in which no answer of the storage service can get lost, so that the order of the sends is that of the calls.</summary>
    private static readonly Outage[] Ordered = [Outage.ModelAway, Outage.StorageStopped, Outage.DeviceRestartsOffline];

    /// <param name="outage">What is away.</param>
    /// <param name="length">For how long, at least.</param>
    /// <param name="azurite">The emulator; nobody else may be using it.</param>
    /// <param name="account">An account nobody has used.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>A line for the report.</returns>
    /// <exception cref="CrashRunException">A promise is broken.</exception>
    public static async Task<string> RunAsync(Outage outage, TimeSpan length, AzuriteServer azurite, string account, CancellationToken cancellationToken)
    {
        await using var blobs = new TcpProxy(azurite.BlobEndpoint.Port);
        await using var queues = new TcpProxy(azurite.QueueEndpoint.Port);
        var scenario = new Scenario { Callers = [] };
        await using var rig = await PipelineRig.CreateAsync(
            scenario, azurite.ConnectionStringOf(account), cancellationToken, azurite.ConnectionStringOf(account, blobs.Port, queues.Port));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await rig.StartCloudAsync(null);
        await rig.StartEdgeAsync(null);
        var begin = new CallerPlan("Before it all?") { Model = "cloud" };
        await new Caller(rig, begin).RunAsync(cancellationToken).WaitAsync(MendLimit, TimeProvider.System, cancellationToken);

        await BeginAsync();
        var begun = Stopwatch.GetTimestamp();
        var away = new List<(Task Run, CallerPlan Plan)>();
        var slowest = TimeSpan.Zero;
        for (var i = 1; i <= Prompts; i++)
        {
            var asked = Stopwatch.GetTimestamp();
            var cloud = Start(new CallerPlan($"For the cloud {i}?") { Model = "cloud", Streams = true });
            var local = Start(new CallerPlan($"For the device {i}?") { Model = "small", Streams = true });
            await InTimeAsync(Task.WhenAll(cloud.AcceptedAsync, local.AcceptedAsync), $"pair {i} was not accepted during the outage");
            slowest = TimeSpan.FromTicks(Math.Max(slowest.Ticks, Stopwatch.GetElapsedTime(asked).Ticks));
            if (outage == Outage.DeviceRestartsOffline && i == Prompts / 2)
            {
                await rig.Edge!.KillAsync();
                await rig.StartEdgeAsync(null);
            }
        }

        // Before the line is mended: local answers do not wait for it.
        await InTimeAsync(Task.WhenAll(away.Where(one => one.Plan.Model == "small").Select(one => one.Run)), "local answers waited for the end of the outage");
        var localDone = Stopwatch.GetElapsedTime(begun);
        if (length > localDone)
        {
            await Task.Delay(length - localDone, TimeProvider.System, cancellationToken);
        }

        var lasted = Stopwatch.GetElapsedTime(begun);
        await EndAsync();
        var mended = Stopwatch.GetTimestamp();
        await InTimeAsync(Task.WhenAll(away.Select(one => one.Run)), "not every prompt had its outcome after the outage");
        // One call may have been in flight when the storage went away, and its answer may have had nowhere to go.
        var allowed = new Allowance(ExtraPaidCalls: 1);
        await rig.DrainsAsync(allowed, MendLimit, cancellationToken);
        var drained = Stopwatch.GetElapsedTime(mended);
        var verdict = await rig.JudgeAsync(allowed, cancellationToken);
        if (!verdict.Holds)
        {
            throw new CrashRunException($"{CheckCommand.Table($"{outage}", verdict)}\n{rig.Log}");
        }

        // One escalation at a time is handled, in the order of the queue: the calls tell the order of the sends.
        var sent = rig.CallTexts.Distinct().ToList();
        var escalated = JournalFile.Read(Path.Combine(rig.Folder, PipelineRig.DeviceId, RunFolder.Journal)).Prompts
            .Where(prompt => prompt.Escalated is not null).OrderBy(prompt => prompt.Escalated).Select(prompt => prompt.Text).ToList();
        if (Ordered.Contains(outage) && !sent.SequenceEqual(escalated))
        {
            throw new CrashRunException($"{outage}: escalated as {string.Join(" ", escalated)}, sent as {string.Join(" ", sent)}");
        }

        return string.Create(
            CultureInfo.InvariantCulture,
            $"{outage,-22} lasted {lasted.TotalSeconds,6:F1} s: {Prompts * 2} prompts accepted, the slowest pair in {slowest.TotalMilliseconds,5:F0} ms; "
            + $"{Prompts} local answers after {localDone.TotalSeconds,4:F1} s; all settled and drained {drained.TotalSeconds,5:F1} s after its end; "
            + $"{verdict.Outcomes} of {verdict.Prompts} outcomes, {verdict.ExtraPaidCalls} extra paid calls");

        async Task InTimeAsync(Task task, string complaint)
        {
            try
            {
                await task.WaitAsync(MendLimit, TimeProvider.System, cancellationToken);
            }
            catch (TimeoutException exception)
            {
                throw new CrashRunException($"{outage}: {complaint}, within {MendLimit}.\n{rig.Log}", exception);
            }
        }

        Caller Start(CallerPlan plan)
        {
            var caller = new Caller(rig, plan);
            away.Add((caller.RunAsync(limit.Token), plan));
            return caller;
        }

        async Task BeginAsync()
        {
            switch (outage)
            {
                case Outage.StorageStopped or Outage.DeviceRestartsOffline:
                    await azurite.StopAsync();
                    break;
                case Outage.StorageFrozen:
                    Signal(azurite.ProcessId!.Value, "STOP");
                    break;
                case Outage.LineResets:
                    Set(LineState.Resetting);
                    break;
                case Outage.LineSwallows:
                    Set(LineState.BlackHole);
                    break;
                case Outage.LineSlow:
                    Set(LineState.Slow);
                    break;
                case Outage.ModelAway:
                    rig.ModelIsAway = true;
                    break;
                case Outage.AnswersAway:
                    await new QueueServiceClient(rig.Connection, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05))
                        .DeleteQueueAsync($"answers-{PipelineRig.DeviceId}", cancellationToken);
                    break;
            }
        }

        async Task EndAsync()
        {
            switch (outage)
            {
                case Outage.StorageStopped or Outage.DeviceRestartsOffline:
                    await azurite.RestartAsync(cancellationToken);
                    break;
                case Outage.StorageFrozen:
                    Signal(azurite.ProcessId!.Value, "CONT");
                    break;
                case Outage.ModelAway:
                    rig.ModelIsAway = false;
                    break;
                default:
                    Set(LineState.Whole);
                    break;
            }
        }

        void Set(LineState state)
        {
            blobs.Set(state);
            queues.Set(state);
        }
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
