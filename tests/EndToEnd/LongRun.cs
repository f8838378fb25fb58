using Hybrid.Azurite;
using Hybrid.EndToEnd.Crashes;
using Hybrid.EndToEnd.Outages;

namespace Hybrid.EndToEnd;

/// <summary><c>--long</c>: the crash matrix twenty times, and outages of 20 s and 5 minutes; its output is the report in the docs.</summary>
internal static class LongRun
{
    public const string Name = "--long";

    private const int Rounds = 20;

    private static readonly (Outage Outage, TimeSpan Length)[] Outages =
    [
        .. Enum.GetValues<Outage>().Select(outage => (outage, TimeSpan.FromSeconds(20))),
        (Outage.StorageStopped, TimeSpan.FromMinutes(5)), (Outage.LineSwallows, TimeSpan.FromMinutes(5)), (Outage.ModelAway, TimeSpan.FromMinutes(5)),
        (Outage.DeviceRestartsOffline, TimeSpan.FromMinutes(5)),
    ];

    public static async Task<int> RunAsync(bool outagesOnly, TextWriter output, CancellationToken cancellationToken)
    {
        var holds = outagesOnly || await MatrixCommand.RunAsync(Rounds, "", output, cancellationToken);
        var accounts = Outages.Select((_, i) => $"outage{i}").ToList();
        await using var azurite = await AzuriteServer.StartTemporaryAsync(accounts, cancellationToken);
        foreach (var ((outage, length), account) in Outages.Zip(accounts))
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

        return holds ? 0 : 1;
    }
}
