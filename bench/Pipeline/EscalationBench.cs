using System.Globalization;
using Hybrid.Azurite;
using Hybrid.FakeModelServer;
using Hybrid.LocalStack.Stack;

namespace Hybrid.Pipeline.Bench;

/// <summary>
/// Real programs, the emulator, and a large model that answers at once; callers that ask the next question when they have their answer, so that
/// somebody always waits and every interval is at its shortest. The parts are read off the requests that pass a recorder, and the journal's trace.
/// </summary>
internal static class EscalationBench
{
    private const int WarmUp = 20;
    private const string Account = "bench";

    /// <summary>Milliseconds (issue 5, must show 3).</summary>
    private const double MostMs = 400;

    public static async Task<int> RunAsync(int prompts, int callers, bool json, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("hybrid-escalation-bench-").FullName;
        try
        {
            await using var model = await ModelEndpoint.StartAsync(cancellationToken);
            await using var azurite = await AzuriteServer.StartTemporaryAsync([Account], cancellationToken);
            await using var queues = await StorageRecorder.StartAsync(azurite.QueueEndpoint, cancellationToken);
            await using var blobs = await StorageRecorder.StartAsync(azurite.BlobEndpoint, cancellationToken);
            var calls = new ModelTimes(model);
            // The programs take them from this process.
            Set("Messaging__ConnectionString", azurite.ConnectionStringOf(Account, blobs.Port, queues.Port));
            Set("Model__Provider", "OpenAI");
            Set("Model__Endpoint", model.OpenAIEndpoint.ToString());
            Set("Model__Model", FakeModelReply.Model);
            Set("Model__ApiKey", "bench");
            var options = new StackOptions { Folder = folder, Mode = "CloudOnly" };
            await using var stack = await RunningStack.StartAsync(StackLayout.OfCheckout(), options, new StackLog(TextWriter.Null), cancellationToken);
            using var http = new HttpClient { BaseAddress = stack.Edge };
            await AskAllAsync(http, WarmUp, callers, cancellationToken);
            var ways = await AskAllAsync(http, prompts, callers, cancellationToken);
            return Report.Print(Figures(ways, [.. queues.All, .. blobs.All], calls), json);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Set(string key, string value) => Environment.SetEnvironmentVariable($"HYBRID__{key}", value);

    private static async Task<IReadOnlyList<EscalationWay>> AskAllAsync(HttpClient http, int prompts, int callers, CancellationToken cancellationToken)
    {
        var left = prompts;
        var all = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => AskAsync()));
        return [.. all.SelectMany(ways => ways)];

        async Task<List<EscalationWay>> AskAsync()
        {
            var ways = new List<EscalationWay>();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                ways.Add(await EscalationWay.AskAsync(http, string.Create(CultureInfo.InvariantCulture, $"Question {Guid.NewGuid():N}?"), cancellationToken));
            }

            return ways;
        }
    }

    private static List<Figure> Figures(IReadOnlyList<EscalationWay> ways, IReadOnlyList<Seen> seen, ModelTimes calls)
    {
        var sent = First(seen, "PUT|POST", path => path.StartsWith("escalations/messages", StringComparison.Ordinal));
        var taken = First(seen, "GET", path => path.StartsWith("escalations/messages", StringComparison.Ordinal));
        var answered = First(seen, "PUT|POST", path => path.StartsWith("answers-", StringComparison.Ordinal));
        var fetched = First(seen, "GET", path => path.StartsWith("answers-", StringComparison.Ordinal));
        var parts = ways.Select(way =>
        {
            var (begun, ended) = calls.Of(way.Text);
            var model = (ended - begun).TotalMilliseconds;
            return new
            {
                Journal = Ms(way.Asked, way.Escalated),
                Pump = Ms(way.Escalated, sent[way.Id].Begun),
                Queue = Ms(sent[way.Id].Begun, taken[way.Id].Ended),
                Function = Ms(taken[way.Id].Ended, answered[way.Id].Begun) - model,
                Answer = Ms(answered[way.Id].Begun, fetched[way.Id].Ended),
                Settle = Ms(fetched[way.Id].Ended, way.Told),
                Whole = Ms(way.Asked, way.Told) - model,
            };
        }).ToList();
        return
        [
            Figure.Of("journal: asked, accepted, routed, escalation on disk", "journalMs", parts.Select(part => part.Journal), "ms"),
            Figure.Of("pump: on disk until it is sent", "pumpMs", parts.Select(part => part.Pump), "ms"),
            Figure.Of("queue: sent until the function has it", "queueMs", parts.Select(part => part.Queue), "ms"),
            Figure.Of("function: lease, outcome blob, without the model", "functionMs", parts.Select(part => part.Function), "ms"),
            Figure.Of("answer: sent until the device has it", "answerMs", parts.Select(part => part.Answer), "ms"),
            Figure.Of("settle: on disk, and the caller told", "settleMs", parts.Select(part => part.Settle), "ms"),
            Figure.Of("The whole way, without the model", "roundTripMs", parts.Select(part => part.Whole), "ms", MostMs),
        ];
    }

    /// <summary>For each prompt the first request of a kind that carried it.</summary>
    private static Dictionary<Guid, Seen> First(IReadOnlyList<Seen> seen, string methods, Func<string, bool> path) => seen
        .Where(request => methods.Split('|').Contains(request.Method) && path(request.Path))
        .SelectMany(request => request.Prompts.Select(prompt => (prompt, request)))
        .GroupBy(pair => pair.prompt).ToDictionary(group => group.Key, group => group.MinBy(pair => pair.request.Begun).request);

    private static double Ms(DateTimeOffset from, DateTimeOffset to) => (to - from).TotalMilliseconds;
}
