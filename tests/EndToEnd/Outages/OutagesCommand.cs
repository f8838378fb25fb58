using System.Globalization;
using Hybrid.Azurite;
using Hybrid.EndToEnd.Crashes;

namespace Hybrid.EndToEnd.Outages;

/// <summary><c>outages</c>: outages of 20 s and 5 minutes, or of one kind and length, with a line for each; exit 1 if a promise is broken.</summary>
internal static class OutagesCommand
{
    public const string Name = "outages";

    private const string Usage = "outages [--only KIND] [--seconds N]";

    private static readonly (Outage Outage, TimeSpan Length)[] Usual =
    [
        .. Enum.GetValues<Outage>().Select(outage => (outage, TimeSpan.FromSeconds(20))),
        (Outage.StorageStopped, TimeSpan.FromMinutes(5)), (Outage.LineSwallows, TimeSpan.FromMinutes(5)), (Outage.ModelAway, TimeSpan.FromMinutes(5)),
        (Outage.DeviceRestartsOffline, TimeSpan.FromMinutes(5)),
    ];

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments, TextWriter output, TextWriter error, CancellationToken cancellationToken)
    {
        Outage? only = null;
        int? seconds = null;
        for (var i = 0; i < arguments.Count; i += 2)
        {
            var value = i + 1 < arguments.Count ? arguments[i + 1] : "";
            if (arguments[i] == "--only" && Enum.TryParse<Outage>(value, out var outage))
            {
                only = outage;
            }
            else if (arguments[i] == "--seconds" && int.TryParse(value, CultureInfo.InvariantCulture, out var number))
            {
                seconds = number;
            }
            else
            {
                await error.WriteLineAsync($"{Usage}\n  KIND is one of {string.Join(", ", Enum.GetNames<Outage>())}");
                return 2;
            }
        }

        var runs = seconds is { } length
            ? Enum.GetValues<Outage>().Select(outage => (Outage: outage, Length: TimeSpan.FromSeconds(length)))
            : Usual;
        return await RunAsync([.. runs.Where(run => only is null || run.Outage == only)], output, cancellationToken) ? 0 : 1;
    }

    private static async Task<bool> RunAsync(IReadOnlyList<(Outage Outage, TimeSpan Length)> runs, TextWriter output, CancellationToken cancellationToken)
    {
        var holds = true;
        var accounts = runs.Select((_, i) => $"outage{i}").ToList();
        await using var azurite = await AzuriteServer.StartTemporaryAsync(accounts, cancellationToken);
        foreach (var ((outage, length), account) in runs.Zip(accounts))
        {
            try
            {
                await output.WriteLineAsync(await OutageRun.RunAsync(outage, length, azurite, account, cancellationToken));
            }
            catch (CrashRunException exception)
            {
                holds = false;
                await output.WriteLineAsync(exception.Message);
            }
        }

        return holds;
    }
}
