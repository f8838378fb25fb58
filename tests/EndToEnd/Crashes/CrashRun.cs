using Hybrid.EndToEnd.Check;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>Runs a cell of the matrix: start, die exactly there, start again, wait until all is settled, judge.</summary>
internal static class CrashRun
{
    /// <summary>128 + SIGKILL.</summary>
    private const int Killed = 137;

    private static readonly TimeSpan DeathLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan OutcomeLimit = TimeSpan.FromSeconds(180);

    /// <exception cref="CrashRunException">The point was never passed, or a promise is broken; the message says everything.</exception>
    public static async Task<Verdict> RunAsync(CrashCase cell, string connection, bool amqp, CancellationToken cancellationToken)
    {
        var broker = amqp ? await AmqpQueues.StartAsync() : null;
        await using var rig = await PipelineRig.CreateAsync(cell.Scenario, connection, cancellationToken, amqp: broker);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var callers = Task.CompletedTask;
        try
        {
            callers = Task.WhenAll(cell.Scenario.Callers.Select(plan => new Caller(rig, plan).RunAsync(limit.Token)));
            await (cell.IsEdge ? rig.StartCloudAsync(null) : rig.StartEdgeAsync(null));
            foreach (var point in cell.First is { } first ? new[] { first, cell.Point } : [cell.Point])
            {
                await DieAsync(cell, rig, point);
            }

            await (cell.IsEdge ? rig.StartEdgeAsync(null) : rig.StartCloudAsync(null));
            await callers.WaitAsync(OutcomeLimit, TimeProvider.System, cancellationToken);
            // What is put aside may be there once more for each death.
            var allowed = new Allowance(cell.ExtraPaidCalls, cell.Scenario.PutAside * 2, cell.Scenario.Unclaimed);
            await rig.DrainsAsync(allowed, OutcomeLimit, cancellationToken);
            var verdict = await rig.JudgeAsync(allowed, cancellationToken);
            return verdict.Holds ? verdict : throw new CrashRunException($"{CheckCommand.Table(cell.Name, verdict)}\n{rig.Log}");
        }
        catch (TimeoutException exception)
        {
            throw new CrashRunException($"{cell.Name}: not every caller was told an outcome in time.\n{rig.Log}", exception);
        }
        finally
        {
            await limit.CancelAsync();
            await callers.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task DieAsync(CrashCase cell, PipelineRig rig, string point)
    {
        var victim = await (cell.IsEdge ? rig.StartEdgeAsync(point) : rig.StartCloudAsync(point));
        try
        {
            var code = await victim.Exited.WaitAsync(DeathLimit, TimeProvider.System);
            if (code != Killed)
            {
                throw new CrashRunException($"{cell.Name}: it ended with {code} instead of dying at {point}.\n{victim.Log}");
            }
        }
        catch (TimeoutException exception)
        {
            throw new CrashRunException($"{cell.Name}: {point} was never passed.\n{rig.Log}", exception);
        }
    }
}
