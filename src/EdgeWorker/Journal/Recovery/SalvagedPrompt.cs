using static Hybrid.EdgeWorker.Journal.Recovery.PromptColumn;

namespace Hybrid.EdgeWorker.Journal.Recovery;

/// <summary>
/// What the pages say about one prompt. States only go forward, so the furthest one counts, wherever it was found; what it says is believed
/// where its digest agrees.
/// </summary>
internal sealed class SalvagedPrompt
{
    private const int Accepted = 0;
    private const int Escalated = 1;
    private const int Final = 2;
    private const string Unreadable = "What was recorded about it was damaged on the device's disk.";

    private static readonly string[] FinalStates = ["answered", "failed", "expired"];
    private static readonly long LongestDeadline = (long)TimeSpan.FromDays(31).TotalMilliseconds;

    private object?[]? _asked;
    private object?[]? _drafted;
    private object?[]? _outcome;
    private int _furthest;

    /// <summary>Takes another row of the same prompt into account.</summary>
    public void Add(object?[] row)
    {
        row = row.Length switch
        {
            CountOfVersion1 => WithDigests(row),
            CountOfVersion2 => [.. row, null],
            _ => row,
        };

        var stage = row[OutcomeDigest] is not null ? Final : row[DraftDigest] is not null ? Escalated : Accepted;
        _furthest = Math.Max(_furthest, stage);
        if (RowDigest.Matches(row[AskedDigest], Asked(row)))
        {
            _asked = row;
        }

        if (stage == Final && FinalStates.Contains(row[State]) && RowDigest.Matches(row[OutcomeDigest], Outcome(row)))
        {
            _outcome = row;
        }

        if (stage >= Escalated && RowDigest.Matches(row[DraftDigest], Drafted(row)))
        {
            _drafted = row;
        }
    }

    /// <summary>The row as the new journal has it; null if not even the question can be believed.</summary>
    /// <param name="now">When.</param>
    /// <param name="failed">Whether it had an outcome that cannot be believed: then it fails with that reason.</param>
    public object?[]? Resolve(long now, out bool failed)
    {
        failed = false;
        if (_asked is null && _outcome is null)
        {
            return null;
        }

        var row = new object?[Count];
        Copy(_asked ?? Nameless(_outcome!), row, Id, Kind, AcceptedAt, Messages, 6, 7, 8, 9, 10, 11, 12, 13, 14, Owner);
        var accepted = (long)row[AcceptedAt]!;
        var any = _outcome ?? _drafted ?? _asked!;
        row[Deadline] = any[Deadline] is long deadline && deadline >= accepted && deadline <= accepted + LongestDeadline
            ? deadline
            : accepted + (long)TimeSpan.FromDays(1).TotalMilliseconds;
        row[State] = "accepted";
        row[ChangedAt] = accepted;
        if (_furthest >= Escalated && (_drafted is not null || _furthest == Escalated))
        {
            BeEscalated(row, _drafted, accepted);
        }

        if (_outcome is not null)
        {
            Copy(_outcome, row, State, Route, Reason, Detail, 22, 23, 24, 25, 26, 27, 28, 29, 30, ChangedAt);
            row[Confidence] = _outcome[Confidence] as double? is >= 0 and <= 1 and var sure ? sure : null;
        }
        else if (_furthest == Final)
        {
            failed = true;
            (row[State], row[Route], row[Reason], row[Detail], row[ChangedAt]) =
                ("failed", null, Contracts.ReasonCode.Damaged.Value, null, now);
            (row[ErrorCode], row[ErrorMessage]) = (Contracts.ReasonCode.Damaged.Value, $"{Unreadable} Ask it again with prompts retry.");
            row[OutcomeDigest] = Array.Empty<byte>();
        }

        return Seal(row);
    }

    /// <summary>Gives a row the digests of what it says, those that its stage has.</summary>
    public static object?[] Seal(object?[] row)
    {
        row[AskedDigest] = RowDigest.Of(Asked(row));
        row[DraftDigest] = row[DraftDigest] is null && row[State] is not "escalated" ? null : RowDigest.Of(Drafted(row));
        row[OutcomeDigest] = FinalStates.Contains(row[State]) ? RowDigest.Of(Outcome(row)) : null;
        return row;
    }

    private static void BeEscalated(object?[] row, object?[]? drafted, long accepted)
    {
        (row[State], row[Route], row[Reason]) = ("escalated", "cloud", Contracts.ReasonCode.Unsure.Value);
        row[DraftDigest] = Array.Empty<byte>();
        if (drafted is null)
        {
            return;
        }

        Copy(drafted, row, Draft, DraftModel);
        row[Reason] = drafted[Reason] as string ?? row[Reason];
        row[Detail] = drafted[Detail] as string;
        row[Confidence] = drafted[Confidence] is double and >= 0 and <= 1 ? drafted[Confidence] : null;
        row[FallbackAt] = drafted[FallbackAt] is long fallback && fallback >= accepted && fallback <= accepted + LongestDeadline
            ? fallback
            : null;
        row[ChangedAt] = drafted[ChangedAt] is long changed && changed >= accepted ? changed : accepted;
    }

    /// <summary>An outcome whose question cannot be believed keeps its answer; nothing else is taken from the row.</summary>
    private static object?[] Nameless(object?[] outcome)
    {
        var row = new object?[Count];
        row[Id] = outcome[Id];
        row[Kind] = "batch";
        row[AcceptedAt] = Pruning.AcceptedAt(Guid.Parse((string)outcome[Id]!)).ToUnixTimeMilliseconds();
        row[Messages] = "[]";
        row[7] = Contracts.ReasonCode.Damaged.Value;
        row[9] = 0L;
        // Whose it was cannot be believed either, so it is nobody's: only the data folder's owner finds it.
        row[Owner] = Contracts.ReasonCode.Damaged.Value;
        return row;
    }

    /// <summary>A row without digests is taken at its word: there is nothing to hold against it.</summary>
    private static object?[] WithDigests(object?[] row)
    {
        var longer = new object?[Count];
        row.CopyTo(longer, 0);
        longer[DraftDigest] = row[Draft] is not null || row[State] is "escalated" ? Array.Empty<byte>() : null;
        return Seal(longer);
    }

    private static void Copy(object?[] from, object?[] to, params ReadOnlySpan<int> columns)
    {
        foreach (var column in columns)
        {
            to[column] = from[column];
        }
    }
}
