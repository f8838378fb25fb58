using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.EdgeWorker.Tests.Journal.StateMachine;

/// <summary>Does the same steps to a real journal and to the model, and compares all that can be asked of them after each.</summary>
internal sealed class StateMachineRun : IDisposable
{
    private const string Device = "pump-7";
    private const int MostInABurst = 6;

    private readonly TemporaryFolder _root = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 22, 10, 30, 0, TimeSpan.Zero));
    private readonly JournalOptions _options = new() { MaxPrompts = JournalModel.MaxPrompts, MaxResults = JournalModel.MaxResults };
    private readonly List<Guid> _ids = [];
    private readonly List<DateTimeOffset> _acceptedAt = [];
    private readonly List<(string Event, int Prompt)> _events = [];
    private JournalModel _model = new();
    private string _folder;
    private int _folders;
    private PromptJournal _journal;
    private readonly Guid _epoch;

    private StateMachineRun()
    {
        _folder = NewFolder();
        _journal = Open();
        _epoch = _journal.Epoch;
    }

    /// <summary>Does some steps.</summary>
    /// <exception cref="StateMachineFailure">Journal and model disagree.</exception>
    public static async Task DoAsync(IReadOnlyList<Step> steps)
    {
        using var run = new StateMachineRun();
        for (var at = 0; at < steps.Count; at++)
        {
            try
            {
                at += await run.StepAsync(steps, at);
            }
            catch (JournalException exception)
            {
                throw new StateMachineFailure($"{steps[at]}: {exception}");
            }
        }

        await run.CrashAsync([]);
    }

    public void Dispose()
    {
        _journal.Dispose();
        _root.Dispose();
    }

    /// <summary>Does one step.</summary>
    /// <returns>How many of the following were done with it.</returns>
    private async Task<int> StepAsync(IReadOnlyList<Step> steps, int at)
    {
        var step = steps[at];
        _time.Advance(TimeSpan.FromMilliseconds(1 + (step.B % 1000)));
        switch (step.Op)
        {
            case Op.Crash:
                await CrashAsync([]);
                return 0;
            case Op.Burst:
                var burst = steps.Skip(at + 1).Take(1 + (step.A % MostInABurst))
                    .TakeWhile(next => next.Op is not (Op.Crash or Op.Burst or Op.Restart)).ToList();
                await CrashAsync(burst);
                return burst.Count;
            case Op.Restart:
                _journal.Dispose();
                _journal = Open();
                break;
            case Op.Deadline:
                await DeadlineAsync(step);
                break;
            case Op.Sent or Op.Unsent:
                var queue = Outbox.Queues[step.A % Outbox.Queues.Count].Name;
                var entries = _journal.NextToSend(queue, 1 + (step.B % 4));
                await _journal.RemoveFromOutboxAsync([.. entries.Select(entry => entry.Sequence)], step.Op == Op.Sent);
                _model.Remove(queue, 1 + (step.B % 4), step.Op == Op.Sent);
                break;
            case Op.Prune:
                await PruneAsync(step);
                break;
            case Op.Sabotage:
                using (var raw = TestJournal.Raw(Path.Combine(_folder, PromptJournal.FileName)))
                {
                    raw.Run("DELETE FROM outbox");
                }

                break;
            default:
                var (real, expect) = Begin(step, _ids.Count);
                Same(step.ToString(), expect(_model), await real);
                break;
        }

        Same(step.ToString(), _model.ToString(), Tell(_journal));
        return 0;
    }

    /// <summary>Begins a step that is one transaction: what the journal says of it, and what the model does about it.</summary>
    /// <param name="step">The step.</param>
    /// <param name="known">How many prompts there are to choose from.</param>
    private (Task<string> Real, Func<JournalModel, string> Expect) Begin(Step step, int known)
    {
        var now = _time.GetUtcNow();
        if (step.Op is Op.Accept)
        {
            return BeginAccept(step, null, now);
        }

        var number = known == 0 ? -1 : step.A % known;
        if (number < 0 || (step.Op != Op.CloudAnswer && _journal.Find(_ids[number]) is null))
        {
            return (Task.FromResult(""), _ => "");
        }

        switch (step.Op)
        {
            case Op.LocalAnswer:
                var text = $"answer {step.B}";
                return (
                    BoolAsync(_journal.SettleAsync(_journal.Find(_ids[number])!, TestJournal.Local(text) with { Confidence = null })),
                    model => Exists(model, number, () => model.Settle(number, PromptState.Answered, ReasonCode.Mode, text, now)));
            case Op.Cancel:
                return (
                    BoolAsync(_journal.SettleAsync(_journal.Find(_ids[number])!, Settlement.Failed(ReasonCode.Cancelled, "gone"))),
                    model => Exists(model, number, () => model.Settle(number, PromptState.Failed, ReasonCode.Cancelled, null, now)));
            case Op.Escalate:
                var draft = $"draft {step.B}";
                return (
                    BoolAsync(_journal.EscalateAsync(_journal.Find(_ids[number])!, TestJournal.Step(draft))),
                    model => Exists(model, number, () => model.Escalate(number, draft, now)));
            case Op.Retry when _journal.Find(_ids[number])!.IsFinal:
                return BeginAccept(step, number, now);
            case Op.CloudAnswer or Op.DuplicateAnswer:
                return BeginAnswer(step, number, now);
            default:
                return (Task.FromResult(""), _ => "");
        }
    }

    private (Task<string> Real, Func<JournalModel, string> Expect) BeginAccept(Step step, int? retryOf, DateTimeOffset now)
    {
        var number = _ids.Count;
        var key = retryOf is null && step.A % 3 == 0 ? $"key-{step.B % 5}" : null;
        var owner = JournalModel.Owners[(step.A / 3) % JournalModel.Owners.Count];
        var prompt = new ModelPrompt(
            number, step.A % 2 == 0 ? PromptKind.Batch : PromptKind.Interactive, key, step.B % 2, retryOf, owner, now,
            now + TimeSpan.FromMinutes(60 + number));
        _ids.Add(Guid.CreateVersion7(now));
        _acceptedAt.Add(now);
        var real = _journal.AcceptAsync(new NewPrompt
        {
            Id = _ids[number],
            Kind = prompt.Kind,
            AcceptedAt = now,
            Deadline = prompt.Deadline,
            Messages = [new PromptMessage(MessageRole.User, new string('x', step.A * 7))],
            Model = "hybrid",
            Idempotency = key is null ? null : new IdempotencyKey("http", key, [(byte)prompt.Body]),
            Owner = owner,
            RetryOf = retryOf is { } earlier ? _ids[earlier] : null,
        });
        return (AcceptanceAsync(real), model => model.Accept(prompt));
    }

    private (Task<string> Real, Func<JournalModel, string> Expect) BeginAnswer(Step step, int number, DateTimeOffset now)
    {
        var eventId = $"event-{_events.Count}";
        if (step.Op == Op.DuplicateAnswer && _events.Count > 0)
        {
            (eventId, number) = _events[step.B % _events.Count];
        }

        _events.Add((eventId, number));
        var outcome = step.B % 5 == 0 ? CloudOutcome.Expired : CloudOutcome.Answered;
        var answer = new AnswerData(
            _ids[number], Device, _epoch, outcome, outcome == CloudOutcome.Answered ? "from the cloud" : null, "large");
        var real = _journal.SettleFromCloudAsync(eventId, answer, _ => outcome == CloudOutcome.Expired ? null : new Settlement
        {
            State = PromptState.Answered,
            Route = PromptRoute.Cloud,
            Reason = ReasonCode.Unsure,
            Answer = "from the cloud",
        });
        return (VerdictAsync(real), model => model.CloudAnswer(eventId, number, _acceptedAt[number], outcome, now));
    }

    private async Task DeadlineAsync(Step step)
    {
        _time.Advance(TimeSpan.FromMinutes(step.A % 90));
        var now = _time.GetUtcNow();
        var due = _journal.Due(1000);
        Same(step.ToString(), string.Join(' ', _model.Due(now)), string.Join(' ', due.Select(prompt => _ids.IndexOf(prompt.Id))));
        foreach (var prompt in due)
        {
            var number = _ids.IndexOf(prompt.Id);
            var (state, answer) = prompt.Draft is { } draft ? (PromptState.Answered, draft) : (PromptState.Expired, null);
            Same(step.ToString(), _model.Settle(number, state, ReasonCode.Deadline, answer, now),
                await BoolAsync(_journal.SettleAsync(prompt, new Settlement
                {
                    State = state,
                    Route = answer is null ? null : PromptRoute.Local,
                    Reason = ReasonCode.Deadline,
                    Answer = answer,
                })));
        }
    }

    private async Task PruneAsync(Step step)
    {
        _time.Advance(TimeSpan.FromDays(step.A % 41));
        using var sweep = new JournalSweep(_journal, _options, _time, NullLogger<JournalSweep>.Instance);
        await sweep.SweepAsync(TestContext.Current.CancellationToken);
        _model.Prune(_time.GetUtcNow(), _options.KeepSettled);
    }

    /// <summary>
    /// Takes the files as they are while some steps are under way. The one writer commits in the order in which it was asked, so what is
    /// found must be the model after some of these steps, at least those acknowledged before, and none after a missing one.
    /// </summary>
    private async Task CrashAsync(IReadOnlyList<Step> burst)
    {
        var known = _ids.Count;
        var steps = burst.Select(step => (Step: step, Work: Begin(step, known))).ToList();
        var acknowledged = steps.TakeWhile(step => step.Work.Real.IsCompleted).Count();
        var folder = NewFolder();
        // Mark and index before the log: in a crash, too, they never count what the log does not have yet.
        string[] files =
        [
            "journal-open", "journal-epoch", PromptJournal.FileName, $"{PromptJournal.FileName}-shm", $"{PromptJournal.FileName}-wal",
        ];
        foreach (var file in files)
        {
            Copy(Path.Combine(_folder, file), Path.Combine(folder, file));
        }

        var candidates = new List<JournalModel> { _model };
        foreach (var (step, work) in steps)
        {
            var next = candidates[^1].Clone();
            Same($"{step} in a burst", work.Expect(next), await work.Real);
            candidates.Add(next);
        }

        _journal.Dispose();
        _folder = folder;
        _journal = Open();
        var found = Tell(_journal);
        _model = candidates.Skip(acknowledged).FirstOrDefault(candidate => candidate.ToString() == found)
            ?? throw new StateMachineFailure(
                $"After a crash in the middle of [{string.Join(", ", burst)}], {acknowledged} acknowledged, "
                + $"the journal is none of the models.\nthe last model:\n{candidates[^1]}\nthe journal:\n{found}");
        if (_journal.Epoch != _epoch)
        {
            throw new StateMachineFailure("The journal has another epoch after a crash.");
        }
    }

    private string Tell(PromptJournal journal)
    {
        var numbers = _ids.Select((id, number) => (id, number)).ToDictionary();
        var text = new StringBuilder();
        var prompts = journal.List(null, 10_000);
        foreach (var prompt in prompts.OrderBy(prompt => numbers[prompt.Id]))
        {
            text.AppendLine(JournalModel.Line(
                numbers[prompt.Id], prompt.Kind, prompt.State, prompt.Reason?.Value, prompt.Draft, prompt.Answer, prompt.Deadline,
                prompt.ChangedAt, prompt.RetryOf is { } earlier ? numbers[earlier] : null, prompt.Owner,
                string.Join(' ', journal.Trace(prompt.Id).Select(step => step.To))));
        }

        foreach (var owner in JournalModel.Owners)
        {
            text.AppendLine(JournalModel.ListLine(
                owner, journal.ListOf(owner, null, 10_000).Select(prompt => numbers[prompt.Id]).Order()));
        }

        foreach (var queue in Outbox.Queues)
        {
            text.AppendLine(
                $"{queue.Name}: {string.Join(' ', journal.NextToSend(queue.Name, 10_000).Select(entry => numbers[entry.PromptId]))}");
        }

        foreach (var (name, value) in journal.Counters().OrderBy(counter => counter.Key, StringComparer.CurrentCulture))
        {
            text.AppendLine($"{name}: {value}");
        }

        if (journal.Use().Prompts != prompts.Count || journal.States().Values.Sum() != prompts.Count)
        {
            text.AppendLine($"There are {prompts.Count} prompts, but {journal.Use().Prompts} are counted.");
        }

        return text.ToString();
    }

    private PromptJournal Open() => PromptJournal.Open(_folder, epoch => new JournalEvents(Device, epoch, false), _options, _time);

    private string NewFolder()
    {
        var folder = _root.File($"{_folders++}");
        Directory.CreateDirectory(folder);
        return folder;
    }

    private static void Copy(string from, string to)
    {
        using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var target = File.Create(to);
        source.CopyTo(target);
    }

    private static void Same(string what, string expected, string actual)
    {
        if (expected != actual)
        {
            throw new StateMachineFailure($"{what}\nshould be:\n{expected}\nis:\n{actual}");
        }
    }

    /// <summary>What was begun for a prompt that a burst has not brought into this model has nothing to do.</summary>
    private static string Exists(JournalModel model, int number, Func<string> change) =>
        model.Prompts.ContainsKey(number) ? change() : "False";

    private static async Task<string> BoolAsync(Task<bool> task) => $"{await task}";

    private static async Task<string> VerdictAsync(Task<CloudVerdict> task) => $"{await task}";

    private async Task<string> AcceptanceAsync(Task<Acceptance> task) => await task switch
    {
        { Kind: AcceptanceKind.Full } => $"{AcceptanceKind.Full}",
        var acceptance => $"{acceptance.Kind} {_ids.IndexOf(acceptance.Id)}",
    };
}
