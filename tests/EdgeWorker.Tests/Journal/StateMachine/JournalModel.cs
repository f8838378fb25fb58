using System.Globalization;
using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;

namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>
/// What a journal should hold, told as simply as possible: lists in memory, no SQL, no files. Prompts go by numbers, in the order in which
/// they were accepted. Every change returns what the journal should have answered.
/// </summary>
internal sealed class JournalModel
{
    public const int MaxPrompts = 25;
    public const int MaxResults = 12;

    /// <summary>Who asks.</summary>
    public static readonly IReadOnlyList<string?> Owners = [null, "key-a", "key-b"];

    private readonly SortedDictionary<int, ModelPrompt> _prompts;
    private readonly List<(string Queue, int Prompt)> _outbox;
    private readonly Dictionary<string, (int Prompt, DateTimeOffset At)> _inbox;
    private readonly SortedDictionary<string, long> _counters;

    public JournalModel()
        : this([], [], [], [])
    {
    }

    private JournalModel(
        SortedDictionary<int, ModelPrompt> prompts,
        List<(string Queue, int Prompt)> outbox,
        Dictionary<string, (int Prompt, DateTimeOffset At)> inbox,
        SortedDictionary<string, long> counters) => (_prompts, _outbox, _inbox, _counters) = (prompts, outbox, inbox, counters);

    public IReadOnlyDictionary<int, ModelPrompt> Prompts => _prompts;

    public IReadOnlyCollection<string> Events => _inbox.Keys;

    public JournalModel Clone() => new(new(_prompts), [.. _outbox], new(_inbox), new(_counters));

    public string Accept(ModelPrompt prompt)
    {
        if (prompt.Key is { } key && _prompts.Values.SingleOrDefault(earlier => earlier.Key == key && earlier.Owner == prompt.Owner) is { } known)
        {
            return $"{(known.Body == prompt.Body ? AcceptanceKind.Known : AcceptanceKind.Conflict)} {known.Number}";
        }

        if (_prompts.Count >= MaxPrompts)
        {
            return $"{AcceptanceKind.Full}";
        }

        _prompts.Add(prompt.Number, prompt);
        return $"{AcceptanceKind.New} {prompt.Number}";
    }

    public string Escalate(int number, string draft, DateTimeOffset now)
    {
        if (_prompts[number] is not { State: PromptState.Accepted } prompt)
        {
            return "False";
        }

        _prompts[number] = prompt with
        {
            State = PromptState.Escalated,
            Reason = ReasonCode.Unsure.Value,
            Draft = draft,
            HasLeft = true,
            ChangedAt = now,
            Trace = prompt.Trace + " Escalated",
        };
        _outbox.Add(("escalations", number));
        return "True";
    }

    public string Settle(int number, PromptState state, ReasonCode reason, string? answer, DateTimeOffset now)
    {
        if (_prompts[number].IsFinal)
        {
            return "False";
        }

        _prompts[number] = _prompts[number] with
        {
            State = state,
            Reason = reason.Value,
            Answer = answer,
            ChangedAt = now,
            Trace = $"{_prompts[number].Trace} {state}",
        };
        _outbox.RemoveAll(entry => entry == ("escalations", number));
        _outbox.Add(("results", number));
        if (_outbox.Count(entry => entry.Queue == "results") > MaxResults)
        {
            _outbox.RemoveAt(_outbox.FindIndex(entry => entry.Queue == "results"));
            Count(Counter.DroppedResults, 1);
        }

        return "True";
    }

    public string CloudAnswer(string eventId, int number, DateTimeOffset acceptedAt, CloudOutcome outcome, DateTimeOffset now)
    {
        if (_inbox.ContainsKey(eventId))
        {
            Count(Counter.Duplicates, 1);
            return $"{CloudVerdict.Duplicate}";
        }

        var isForgotten = acceptedAt < now - Pruning.AnswerLife || _inbox.Values.Any(answer => answer.Prompt == number);
        if (_prompts.TryGetValue(number, out var prompt) ? prompt.State == PromptState.Accepted : !isForgotten)
        {
            return $"{CloudVerdict.Unknown}";
        }

        _inbox.Add(eventId, (number, now));
        if (prompt is null or { IsFinal: true })
        {
            Count(Counter.Late, 1);
            return $"{CloudVerdict.Late}";
        }

        if (outcome == CloudOutcome.Expired)
        {
            _prompts[number] = prompt with { Deadline = prompt.Deadline < now ? prompt.Deadline : now };
            return $"{CloudVerdict.Expired}";
        }

        Settle(number, PromptState.Answered, ReasonCode.Unsure, "from the cloud", now);
        return $"{CloudVerdict.Applied}";
    }

    /// <summary>Whose time is over, in the order in which they are settled.</summary>
    public IReadOnlyList<int> Due(DateTimeOffset now) =>
        [.. _prompts.Values.Where(prompt => !prompt.IsFinal && prompt.Deadline <= now).OrderBy(prompt => prompt.Deadline)
            .Select(prompt => prompt.Number)];

    /// <summary>What would be sent next to a queue.</summary>
    public IEnumerable<int> ToSend(string queue) => _outbox
        .Where(entry => entry.Queue == queue)
        .OrderBy(entry => _prompts[entry.Prompt].Kind == PromptKind.Interactive ? 0 : 1)
        .Select(entry => entry.Prompt);

    public void Remove(string queue, int count, bool sent)
    {
        foreach (var number in ToSend(queue).Take(count).ToList())
        {
            _outbox.Remove((queue, number));
            if (!sent)
            {
                Count(Counter.Unsent, 1);
            }
        }
    }

    public void Prune(DateTimeOffset now, TimeSpan keep)
    {
        var old = _prompts.Values.Where(prompt => prompt.IsFinal && prompt.ChangedAt < now - keep
            && !_outbox.Exists(entry => entry.Prompt == prompt.Number)
            && !_prompts.Values.Any(retry => retry.RetryOf == prompt.Number)
            && (!prompt.HasLeft || prompt.AcceptedAt < now - Pruning.AnswerLife
                || _inbox.Values.Any(answer => answer.Prompt == prompt.Number))).ToList();
        foreach (var prompt in old)
        {
            _prompts.Remove(prompt.Number);
            Count(Counter.Pruned, 1);
        }

        foreach (var (eventId, _) in _inbox.Where(answer => answer.Value.At < now - Pruning.AnswerLife).ToList())
        {
            _inbox.Remove(eventId);
        }
    }

    /// <summary>Everything, a line for each thing.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var prompt in _prompts.Values)
        {
            text.AppendLine(Line(
                prompt.Number, prompt.Kind, prompt.State, prompt.Reason, prompt.Draft, prompt.Answer, prompt.Deadline, prompt.ChangedAt,
                prompt.RetryOf, prompt.Owner, prompt.Trace));
        }

        foreach (var owner in Owners)
        {
            text.AppendLine(ListLine(owner, _prompts.Values.Where(prompt => prompt.Owner == owner).Select(prompt => prompt.Number)));
        }

        foreach (var queue in Outbox.Queues)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{queue.Name}: {string.Join(' ', ToSend(queue.Name))}");
        }

        foreach (var (name, value) in _counters)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {value}");
        }

        return text.ToString();
    }

    /// <summary>A prompt's line, whoever says it.</summary>
    public static string Line(
        int number, PromptKind kind, PromptState state, string? reason, string? draft, string? answer, DateTimeOffset deadline,
        DateTimeOffset changedAt, int? retryOf, string? owner, string trace) =>
        $"#{number} {kind} {state} {reason} '{draft}' '{answer}' {deadline:O} {changedAt:O} {retryOf} {owner} [{trace}]";

    /// <summary>Whose prompts are which, whoever says it.</summary>
    public static string ListLine(string? owner, IEnumerable<int> numbers) => $"of {owner ?? "nobody"}: {string.Join(' ', numbers)}";

    private void Count(string name, long by) => _counters[name] = _counters.GetValueOrDefault(name) + by;
}
