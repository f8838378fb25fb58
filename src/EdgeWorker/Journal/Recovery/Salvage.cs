using System.Globalization;

namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>Everything of a damaged journal that can be read and believed.</summary>
internal sealed class Salvage
{
    private static readonly string[] States = ["accepted", "escalated", "answered", "failed", "expired"];
    private static readonly string[] Counters =
        [Counter.Duplicates, Counter.Late, Counter.Parked, Counter.Poisoned, Counter.Unsent, Counter.DroppedResults, Counter.Pruned];

    /// <summary>The last millisecond of the year 9999; no clock has written a later one.</summary>
    public const long MaxTime = 253402300799999;

    private readonly Dictionary<string, SalvagedPrompt> _prompts = [];

    private Salvage()
    {
    }

    public IReadOnlyDictionary<string, SalvagedPrompt> Prompts => _prompts;

    /// <summary>By sequence: prompt, from, to, route, reason, detail, at.</summary>
    public SortedDictionary<long, object?[]> Transitions { get; } = [];

    /// <summary>By sequence: queue, event, prompt, priority, body, created, expires.</summary>
    public SortedDictionary<long, object?[]> Outbox { get; } = [];

    /// <summary>By event: event, prompt, verdict, cost, currency, at.</summary>
    public Dictionary<string, object?[]> Inbox { get; } = [];

    /// <summary>By event: event, reason, body, at.</summary>
    public Dictionary<string, object?[]> Parked { get; } = [];

    /// <summary>By prompt: prompt, endpoint, kept, instructed, previous, fingerprint, peer, delivered.</summary>
    public Dictionary<string, object?[]> Requests { get; } = [];

    /// <summary>By prompt: prompt, tool calls, log-probabilities, digest.</summary>
    public Dictionary<string, object?[]> Parts { get; } = [];

    public Dictionary<string, long> Counts { get; } = [];

    public Dictionary<string, decimal> LateCosts { get; } = [];

    /// <summary>The epoch the journal had; null if it cannot be read.</summary>
    public Guid? Epoch { get; private set; }

    /// <summary>How many prompts the journal said it had; null if that cannot be read.</summary>
    public long? Tally { get; private set; }

    /// <summary>Events to be sent that were found and cannot be believed.</summary>
    public int BadOutbox { get; private set; }

    /// <summary>Reads a journal, whatever state it is in.</summary>
    /// <exception cref="IOException">Its files cannot be read.</exception>
    public static Salvage Of(JournalFiles files)
    {
        var salvage = new Salvage();
        using var pages = new JournalPages(files);
        foreach (var row in pages.Rows())
        {
            salvage.Add(row);
        }

        return salvage;
    }

    private void Add(PageRow row)
    {
        var values = row.Values;
        switch (row.RowId, values.Length)
        {
            case (not null, PromptColumn.Count or PromptColumn.CountOfVersion2 or PromptColumn.CountOfVersion1) when values[0] is string id
                && Guid.TryParseExact(id, "D", out _):
                if (!_prompts.TryGetValue(id, out var prompt))
                {
                    _prompts.Add(id, prompt = new SalvagedPrompt());
                }

                prompt.Add(values);
                break;
            case ({ } sequence, 8) when IsTransition(values):
                Transitions[sequence] = values[1..];
                break;
            case ({ } sequence, 10 or 11) when Journal.Outbox.Queues.Any(queue => queue.Name == values[1] as string):
                AddOutbox(sequence, values);
                break;
            case (not null, 8) when values is [string id, string, 0L or 1L, 0L or 1L, null or string, byte[], byte[], null or long]
                && Guid.TryParseExact(id, "D", out _) && (values[4] is not string previous || Guid.TryParse(previous, out _))
                && (values[7] is null || IsTime(values[7])):
                // A page that is no longer current may still lack the delivery.
                if (values[7] is not null || !Requests.ContainsKey(id))
                {
                    Requests[id] = values;
                }

                break;
            case (not null, 4) when values is [string id, null or string, null or string, byte[]]
                && RowDigest.Matches(values[3], values[0], values[1], values[2]):
                if (row.IsCurrent || !Parts.ContainsKey(id))
                {
                    Parts[id] = values;
                }

                break;
            case (not null, 4) when values is [string id, string, byte[], long]:
                Parked[id] = values;
                break;
            case (not null, 3) when row.IsCurrent && values is [long prompts, long, long]:
                Tally = prompts;
                break;
            case (null, 6) when values is [string id, string about, "applied" or "late", null or string, null or string, long]
                && Guid.TryParse(about, out _) && IsTime(values[5]) && IsCost(values[3], values[4]):
                Inbox[id] = values;
                break;
            case (null, 2) when values is ["epoch", string text] && Guid.TryParse(text, out var epoch):
                Epoch = epoch;
                break;
            case (null, 2) when values is [string name, long count] && Counters.Contains(name):
                Counts[name] = Math.Max(count, Counts.GetValueOrDefault(name));
                break;
            case (null, 2) when values is [string { Length: 3 } currency, string amount] && TryAmount(amount, out var cost):
                LateCosts[currency] = Math.Max(cost, LateCosts.GetValueOrDefault(currency));
                break;
        }
    }

    private void AddOutbox(long sequence, object?[] values)
    {
        if (values is not [_, string, string id, string prompt, long, byte[], long, long, ..]
            || !Guid.TryParse(prompt, out _) || !IsTime(values[6]) || !IsTime(values[7])
            || (values.Length == 11 && !RowDigest.Matches(values[10], values[1], id, prompt, values[5])))
        {
            BadOutbox++;
            return;
        }

        Outbox[sequence] = values[1..8];
    }

    private static bool IsTransition(object?[] values) =>
        values is [_, string, null or string, string to, null or "local" or "cloud", null or string, null or string, long]
        && States.Contains(to) && (values[2] is null || States.Contains(values[2])) && IsTime(values[7]);

    private static bool IsTime(object? value) => value is >= 0L and <= MaxTime;

    private static bool IsCost(object? cost, object? currency) => cost is null == currency is null
        && (cost is not string text || TryAmount(text, out _));

    private static bool TryAmount(string text, out decimal amount) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out amount);
}
