using System.Globalization;
using System.Text;

namespace Hybrid.FleetSimulation;

/// <summary>The plots and tables of docs/scale.md.</summary>
internal static class ScalePage
{
    private static readonly double[] Sizes = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000];
    private static readonly double[] Headrooms = [0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.5, 2.0];
    private static readonly double[] Shown = [0.7, 0.9, 1.0, 1.2];
    private static readonly double[] Fleets = [100, 1_000, 10_000, 100_000];

    private static readonly Lazy<IReadOnlyDictionary<(double Devices, double Ratio), SimulationResult>> Runs = new(() => (
        from devices in Fleets
        from ratio in Headrooms
        select (Key: (devices, ratio), Result: new QueueSimulation(devices, ratio).Run())).ToDictionary(run => run.Key, run => run.Result));

    /// <summary>The files, by name.</summary>
    public static IReadOnlyList<(string Name, string Svg)> Plots() =>
    [
        ("scale-limits.svg", Limiting().Draw()), ("scale-cost.svg", Costing().Draw()), ("scale-headroom.svg", Waiting().Draw()),
        ("scale-peak.svg", Peaking().Draw()),
    ];

    /// <summary>What each size of fleet asks for, in Markdown.</summary>
    public static string DemandTable()
    {
        var table = new StringBuilder();
        table.Append("| devices | escalations/s at the peak | calls at once | tokens/min | storage requests/s (queues) | Service Bus operations/s | namespaces | storage accounts (queues) | USD per million prompts: queues, Standard, Premium |\n");
        table.Append("|---|---|---|---|---|---|---|---|---|\n");
        foreach (var demand in Sizes.Select(devices => new Demand(devices)))
        {
            table.Append(string.Create(
                CultureInfo.InvariantCulture,
                $"| {demand.Devices:#,0} | {Short(demand.Escalations)} | {Math.Ceiling(demand.Calls):#,0} | {Short(demand.TokensPerMinute)} | {Short(demand.StorageRequests)} | {Short(demand.BusOperations)} | {demand.Namespaces:#,0} | {demand.Accounts:#,0} | {demand.CostOverQueues:#,0}, {demand.CostOverStandard:#,0}, {demand.CostOverPremium:#,0} |\n"));
        }

        return table.ToString();
    }

    /// <summary>How much more quota than the average of the peak a fleet needs, in Markdown.</summary>
    public static string HeadroomTable()
    {
        var table = new StringBuilder();
        table.Append("| quota by the peak's average | ");
        table.AppendJoin(" | ", Fleets.Select(devices => string.Create(CultureInfo.InvariantCulture, $"{devices:#,0} devices")));
        table.Append(" |\n|---|---|---|---|---|\n");
        foreach (var ratio in Headrooms)
        {
            table.Append(string.Create(CultureInfo.InvariantCulture, $"| {ratio:0.0} | "));
            table.AppendJoin(" | ", Fleets.Select(devices =>
            {
                var run = Runs.Value[(devices, ratio)];
                return string.Create(CultureInfo.InvariantCulture, $"{run.Quantile(0.95):0} s, {run.LostShare * 100:0.0} %");
            }));
            table.Append(" |\n");
        }

        return table.ToString();
    }

    private static Plot Limiting()
    {
        return new Plot(
            "Share of a limit that is used (1 = it breaks), in the busiest hour",
            FleetAxis,
            new Axis("used share of the limit", 0.001, 100, [0.001, 0.01, 0.1, 1, 10, 100], IsLogarithmic: true),
            [
                Line("role assignments", demand => demand.Devices * Operations.RolesOverQueues / Limits.RoleAssignments),
                Line("Service Bus connections", demand => demand.Devices / Limits.BusConnections),
                Line("Standard operations", demand => demand.BusOperations / Limits.StandardOperations),
                Line("storage account requests", demand => demand.StorageRequests / Limits.AccountRequests),
                Line("model, 250 k tokens/min", demand => demand.TokensPerMinute / Limits.ProdTokens),
                Line("queue results", demand => demand.QueueRequests / Limits.QueueMessages),
            ]);
    }

    private static Plot Costing() => new(
        "A million prompts, 200,000 of them escalated",
        FleetAxis,
        new Axis("USD", 100, 1_000_000, [100, 1_000, 10_000, 100_000, 1_000_000], IsLogarithmic: true),
        [
            Line("Storage queues", demand => demand.CostOverQueues),
            Line("Service Bus Standard", demand => demand.CostOverStandard),
            Line("Service Bus Premium", demand => demand.CostOverPremium),
            Line("the model alone", _ => Demand.ModelCost),
        ]);

    private static Plot Waiting() => new(
        "Time to the answer that 95 of 100 do not exceed",
        new Axis("the model's quota by the average of the busiest hour", 0.7, 2, Headrooms),
        new Axis("seconds", 1, 1000, [1, 10, 100, 600, 1000], IsLogarithmic: true),
        [.. Fleets.Select(devices => new PlotLine(
            string.Create(CultureInfo.InvariantCulture, $"{devices:#,0} devices"),
            [.. Headrooms.Select(ratio => (ratio, Runs.Value[(devices, ratio)].Quantile(0.95)))]))]);

    private static Plot Peaking()
    {
        const int step = 60;
        return new Plot(
            "Age of the oldest escalation in the queue: 10,000 devices, peak after two hours",
            new Axis("hours", 0, 4, [0, 1, 2, 3, 4]),
            new Axis("seconds", 0, 700, [0, 100, 200, 300, 400, 500, 600, 700]),
            [.. Shown.Select(ratio => new PlotLine(
                string.Create(CultureInfo.InvariantCulture, $"quota {ratio:0.0} of the peak"),
                [.. Runs.Value[(10_000, ratio)].Oldest.Chunk(step).Select((chunk, index) => (index * step / 3600.0, chunk.Max()))]))]);
    }

    private static Axis FleetAxis => new("devices", 1, 1_000_000, Sizes, IsLogarithmic: true);

    private static PlotLine Line(string name, Func<Demand, double> value) => new(
        name, [.. Enumerable.Range(0, 25).Select(step => Math.Round(Math.Pow(10, step / 4.0))).Select(devices => (devices, value(new Demand(devices))))]);

    private static string Short(double value) => value switch
    {
        >= 1_000_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000_000:0.#} M"),
        >= 10_000 => string.Create(CultureInfo.InvariantCulture, $"{value / 1_000:0} k"),
        >= 10 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 0.1 => value.ToString("0.0", CultureInfo.InvariantCulture),
        _ => value.ToString("0.####", CultureInfo.InvariantCulture),
    };
}
