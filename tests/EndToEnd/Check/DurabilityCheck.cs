using System.Text.Json;
using static Hybrid.EndToEnd.Check.FindingCodes;

namespace Hybrid.EndToEnd.Check;

/// <summary>
/// Judges a run by what it left behind, without the product's code: each accepted prompt has exactly one outcome, no caller got two, nothing
/// was paid beyond the stated windows, nothing is left over.
/// </summary>
internal sealed class DurabilityCheck
{
    private const string Direct = "direct";
    private static readonly string[] DecidedByTheCloud = ["cloud_error", "filtered"];
    private static readonly string[] PutAsideQueues = ["-poison", "-rejected"];

    private readonly List<Finding> _findings = [];
    private readonly List<JournalFile> _journals = [];
    private readonly List<JournalPrompt> _prompts;
    private readonly StorageSnapshot _storage;
    private readonly IReadOnlyList<ModelCall> _calls;
    private readonly IReadOnlyList<CallerNote> _notes;
    private readonly Allowance _allowed;
    private readonly Dictionary<Guid, JsonElement> _answers = [];

    private DurabilityCheck(string folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder, RunFolder.Journal, SearchOption.AllDirectories).Order())
        {
            var journal = JournalFile.Read(file);
            _journals.Add(journal);
            if (journal.Damage is { } damage)
            {
                Add(Damaged, file, damage);
            }

            if (journal.Outbox > 0)
            {
                Add(LeftOver, file, $"{journal.Outbox} events wait in the outbox.");
            }
        }

        _prompts = [.. _journals.SelectMany(journal => journal.Prompts)];
        _storage = CheckFiles.Read<StorageSnapshot>(Path.Combine(folder, RunFolder.Storage)) ?? new StorageSnapshot([], []);
        _calls = CheckFiles.ReadLines<ModelCall>(Path.Combine(folder, RunFolder.Calls));
        _notes = CheckFiles.ReadLines<CallerNote>(Path.Combine(folder, RunFolder.Callers));
        _allowed = CheckFiles.Read<Allowance>(Path.Combine(folder, RunFolder.Allowed)) ?? new Allowance();
        foreach (var blob in _storage.Blobs.Where(blob => blob is { Container: "answers", Content: not null }))
        {
            _answers[Guid.Parse(Path.GetFileNameWithoutExtension(blob.Name))] = JsonElement.Parse(blob.Content!);
        }
    }

    /// <summary>Reads and judges a run.</summary>
    /// <param name="folder">A <see cref="RunFolder"/>.</param>
    /// <exception cref="InvalidDataException">It holds no journal, or something that cannot be read.</exception>
    public static Verdict Run(string folder)
    {
        try
        {
            var check = new DurabilityCheck(folder);
            return check._journals.Count == 0
                ? throw new InvalidDataException($"There is no {RunFolder.Journal} below {Path.GetFullPath(folder)}; give the folder of a run.")
                : check.Judge();
        }
        catch (Exception exception) when (exception is JsonException or Microsoft.Data.Sqlite.SqliteException or IOException)
        {
            throw new InvalidDataException($"{Path.GetFullPath(folder)} cannot be read: {exception.Message}", exception);
        }
    }

    private Verdict Judge()
    {
        foreach (var prompt in _prompts)
        {
            JudgeOutcome(prompt);
            JudgeCloudAnswer(prompt);
            JudgeResult(prompt);
        }

        foreach (var twice in _prompts.GroupBy(prompt => prompt.Id).Where(group => group.Count() > 1))
        {
            Add(TwoOutcomes, $"{twice.Key}", $"It is in {twice.Count()} journals: {string.Join(", ", twice.Select(prompt => prompt.Device))}.");
        }

        var direct = JudgeDirect();
        JudgeCallers();
        var extra = JudgeCalls();
        JudgeRest();
        return new Verdict(
            _journals.Count,
            _prompts.Count + direct,
            _prompts.Count(prompt => prompt.IsFinal) + _notes.Where(IsDirectAcceptance).Count(note => _answers.ContainsKey(note.Id!.Value)),
            _prompts.Count(prompt => prompt is { State: "answered", Route: "cloud" }),
            _calls.Count(call => call.Paid),
            extra,
            _notes.Count(note => note.Kind == CallerNoteKind.Told),
            _findings);
    }

    private void JudgeOutcome(JournalPrompt prompt)
    {
        if (!prompt.IsFinal)
        {
            Add(NoOutcome, $"{prompt.Id}", $"It is {prompt.State}.");
        }
        else if (prompt.Outcomes != 1 || prompt.Steps[^1] != prompt.State)
        {
            Add(TwoOutcomes, $"{prompt.Id}", $"It is {prompt.State} and went {string.Join(" > ", prompt.Steps)}.");
        }
    }

    private void JudgeCloudAnswer(JournalPrompt prompt)
    {
        if (!_answers.TryGetValue(prompt.Id, out var answer))
        {
            if (prompt is { State: "answered", Route: "cloud" } || DecidedByTheCloud.Contains(prompt.Reason))
            {
                Add(BlobDiffers, $"{prompt.Id}", "The journal has it from the cloud, which has no outcome for it.");
            }

            return;
        }

        if (prompt.CloudAnswers == 0)
        {
            Add(AnswerLost, $"{prompt.Id}", "The cloud has its outcome, and its device never got it.");
        }

        var outcome = answer.GetProperty("outcome").GetString();
        if (prompt is { State: "answered", Route: "cloud" } && (outcome != "answered" || answer.GetProperty("text").GetString() != prompt.Answer))
        {
            Add(BlobDiffers, $"{prompt.Id}", $"The journal has another answer than the outcome blob, which is {outcome}.");
        }

        if (DecidedByTheCloud.Contains(prompt.Reason) && outcome is not ("failed" or "filtered"))
        {
            Add(BlobDiffers, $"{prompt.Id}", $"The journal says {prompt.Reason}, the outcome blob {outcome}.");
        }
    }

    private void JudgeResult(JournalPrompt prompt)
    {
        var results = _storage.Blobs.Where(blob => blob.Container == "results" && blob.Name.EndsWith($"/{prompt.Id}.json", StringComparison.Ordinal)).ToList();
        if (prompt.IsFinal && results.Count != 1)
        {
            Add(ResultDiffers, $"{prompt.Id}", $"The cloud has {results.Count} results of it.");
        }

        foreach (var result in results)
        {
            var state = JsonElement.Parse(result.Content!).GetProperty("data").GetProperty("state").GetString();
            if (state != prompt.State)
            {
                Add(ResultDiffers, $"{prompt.Id}", $"Its result says {state}, its journal {prompt.State}.");
            }
        }
    }

    /// <returns>How many prompts the cloud accepted over its own API.</returns>
    private int JudgeDirect()
    {
        var ids = _notes.Where(IsDirectAcceptance).Select(note => note.Id!.Value)
            .Concat(_storage.Blobs.Where(blob => blob.Container == "accepted").Select(blob => Guid.Parse(blob.Name.Split('/')[^1]))).Distinct().ToList();
        foreach (var id in ids.Where(id => !_answers.ContainsKey(id)))
        {
            Add(NoOutcome, $"{id}", "The cloud accepted it over HTTP and has no outcome for it.");
        }

        return ids.Count;
    }

    private void JudgeCallers()
    {
        var known = _prompts.GroupBy(prompt => prompt.Id).ToDictionary(group => group.Key, group => group.First());
        foreach (var note in _notes.Where(note => note is { Id: not null, Direct: false }))
        {
            if (!known.TryGetValue(note.Id!.Value, out var prompt))
            {
                Add(Lost, $"{note.Id}", "Its caller was told that it is accepted; no journal has it.");
            }
            else if (note.Kind == CallerNoteKind.Told && (note.State != prompt.State || note.Answer != prompt.Answer))
            {
                Add(CallersDiffer, $"{note.Id}", $"A caller was told {note.State}, the journal has {prompt.State}, or the answers differ.");
            }
        }

        foreach (var note in _notes.Where(note => note is { Kind: CallerNoteKind.Told, Direct: true }))
        {
            if (!_answers.TryGetValue(note.Id!.Value, out var answer)
                || (answer.TryGetProperty("text", out var text) ? text.GetString() : null) != note.Answer)
            {
                Add(CallersDiffer, $"{note.Id}", "A caller of the cloud's API was told another answer than the outcome blob has.");
            }
        }
    }

    /// <returns>How many calls were paid beyond the first for their prompt.</returns>
    private int JudgeCalls()
    {
        // A prompt over HTTP has no key: each attempt to hand it in may have become a prompt.
        var prompts = _prompts.Select(prompt => prompt.Text)
            .Concat(_notes.Where(note => note is { Kind: CallerNoteKind.Asked, Direct: true }).Select(note => note.Text!))
            .GroupBy(text => text).ToDictionary(group => group.Key, group => group.Count());
        var extra = 0;
        foreach (var paid in _calls.Where(call => call.Paid).GroupBy(call => call.Text))
        {
            if (!prompts.TryGetValue(paid.Key, out var count))
            {
                Add(UnknownCall, $"call {paid.First().Number}", "It was paid for a prompt nobody has.");
            }

            extra += Math.Max(0, paid.Count() - Math.Max(1, count));
        }

        if (extra > _allowed.ExtraPaidCalls)
        {
            Add(PaidTwice, "calls", $"{extra} calls were paid beyond one for each prompt; the windows of this run allow {_allowed.ExtraPaidCalls}.");
        }

        var texts = _calls.Where(call => call.Paid).Select(call => call.Text).ToHashSet();
        foreach (var prompt in _prompts.Where(prompt => prompt is { State: "answered", Route: "cloud" } && !texts.Contains(prompt.Text)))
        {
            Add(UnknownCall, $"{prompt.Id}", "The cloud answered it, and no call of the large model's log is about it.");
        }

        return extra;
    }

    private void JudgeRest()
    {
        var aside = 0;
        foreach (var queue in _storage.Queues.Where(queue => queue.Messages > 0))
        {
            if (PutAsideQueues.Any(end => queue.Name.EndsWith(end, StringComparison.Ordinal)))
            {
                aside += queue.Messages;
            }
            else
            {
                Add(LeftOver, queue.Name, $"{queue.Messages} messages are on the queue.");
            }
        }

        if (aside > _allowed.PutAside)
        {
            Add(LeftOver, "put aside", $"{aside} messages were put aside; this run allows {_allowed.PutAside}.");
        }

        foreach (var blob in _allowed.LeftOver(_storage.Blobs))
        {
            Add(LeftOver, $"{blob.Container}/{blob.Name}", blob.Container == "calls" ? "A lease was never cleared." : "A claim was never deleted.");
        }

        var ids = _prompts.Select(prompt => prompt.Id).ToHashSet();
        foreach (var blob in _storage.Blobs.Where(blob => blob.Container == "answers" && blob.Name.Split('/')[0] != Direct))
        {
            if (!ids.Contains(Guid.Parse(Path.GetFileNameWithoutExtension(blob.Name))))
            {
                Add(Lost, blob.Name, "The cloud has an outcome for a prompt that no journal has.");
            }
        }
    }

    private static bool IsDirectAcceptance(CallerNote note) => note is { Kind: CallerNoteKind.Accepted, Direct: true };

    private void Add(string code, string subject, string detail) => _findings.Add(new Finding(code, subject, detail));
}
