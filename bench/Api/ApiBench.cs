using System.Globalization;
using System.Text.Json.Nodes;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Hosting;
using Microsoft.Extensions.Configuration;
using Spectre.Console;

namespace Hybrid.Api.Bench;

/// <summary>
/// Compares the API with calling the model in the same process. The two take turns, beginning alternately, so that what disturbs the machine
/// disturbs both; every round asks something new, so that neither profits from what the other has computed.
/// </summary>
internal static class ApiBench
{
    /// <summary>Rounds until the compiler has done its best, each with a short answer.</summary>
    private const int WarmUp = 60;

    private const int WarmUpTokens = 4;

    /// <returns>0 if both bounds are kept, 1 if not.</returns>
    public static async Task<int> RunAsync(string? model, int rounds, int tokens, string parent, bool json, CancellationToken cancellationToken)
    {
        var root = Directory.CreateDirectory(Path.Combine(parent, $"hybrid-api-bench-{Guid.NewGuid():N}")).FullName;
        try
        {
            model ??= BenchModel.Write(Path.Combine(root, "bench"));
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Models:Path"] = Path.GetFullPath(model),
                ["Journal:Folder"] = Path.Combine(root, "data"),
                ["Routing:Mode"] = "LocalOnly",
                ["Api:Url"] = "http://127.0.0.1:0",
                ["Messaging:ConnectionString"] = "UseDevelopmentStorage=true",
            }).Build();
            var (settings, failures) = EdgeSettings.Read(configuration);
            if (settings is null)
            {
                throw new InvalidOperationException(string.Join(Environment.NewLine, failures));
            }

            await using var host = await EdgeHost.StartAsync(
                configuration, settings, DataFolder.TryOwn(settings.Journal.Folder)!, settings.Api.Url, HostPurpose.Command, cancellationToken);
            using var served = new ServedCaller(host.Address, host.Models.Name!);
            var overhead = Overhead.Of(await MeasureAsync(new DirectCaller(host.Models.Client!), served, rounds, tokens, cancellationToken));
            Print(overhead, Path.GetFileName(model), rounds, tokens, json);
            return overhead.IsKept ? 0 : 1;
        }
        finally
        {
            Directory.Delete(root, recursive: true);
        }
    }

    private static async Task<List<(Call Direct, Call Served)>> MeasureAsync(
        DirectCaller direct, ServedCaller served, int rounds, int tokens, CancellationToken cancellationToken)
    {
        var measured = new List<(Call, Call)>();
        for (var round = -WarmUp; round < rounds; round++)
        {
            var most = round < 0 ? WarmUpTokens : tokens;
            var (one, two) = (Question(2 * round), Question((2 * round) + 1));
            Call directly, overApi;
            if (round % 2 == 0)
            {
                directly = await direct.CallAsync(one, most, cancellationToken);
                overApi = await served.CallAsync(two, most, cancellationToken);
            }
            else
            {
                overApi = await served.CallAsync(one, most, cancellationToken);
                directly = await direct.CallAsync(two, most, cancellationToken);
            }

            if (round >= 0)
            {
                measured.Add((directly, overApi));
            }
        }

        return measured;
    }

    private static string Question(int number) => string.Create(CultureInfo.InvariantCulture, $"{100_000 + number}: what does this alarm mean?");

    private static void Print(Overhead overhead, string model, int rounds, int tokens, bool json)
    {
        if (json)
        {
            Console.WriteLine(new JsonObject
            {
                ["model"] = model,
                ["rounds"] = rounds,
                ["tokens"] = tokens,
                ["directFirstMs"] = overhead.DirectFirstMs,
                ["servedFirstMs"] = overhead.ServedFirstMs,
                ["addedFirstMs"] = overhead.AddedFirstMs,
                ["maxAddedFirstMs"] = Overhead.MaxAddedFirstMs,
                ["directTokensPerSecond"] = overhead.DirectTokensPerSecond,
                ["servedTokensPerSecond"] = overhead.ServedTokensPerSecond,
                ["lostShare"] = overhead.LostShare,
                ["maxLostShare"] = Overhead.MaxLostShare,
                ["kept"] = overhead.IsKept,
            }.ToJsonString());
            return;
        }

        var table = new Table().Title($"{model}, {rounds} rounds of {tokens} tokens, medians").AddColumns("", "in process", "over the API", "difference", "bound");
        table.AddRow("first token, ms", Number(overhead.DirectFirstMs), Number(overhead.ServedFirstMs), Number(overhead.AddedFirstMs), $"{Overhead.MaxAddedFirstMs}");
        table.AddRow(
            "tokens/s", Number(overhead.DirectTokensPerSecond), Number(overhead.ServedTokensPerSecond), $"-{Number(100 * overhead.LostShare)} %",
            $"{100 * Overhead.MaxLostShare} %");
        AnsiConsole.Write(table);
        AnsiConsole.WriteLine(overhead.IsKept ? "Both bounds are kept." : "A bound is not kept.");
    }

    private static string Number(double value) => value.ToString("F2", CultureInfo.InvariantCulture);
}
