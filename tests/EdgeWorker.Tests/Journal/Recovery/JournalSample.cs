using System.Text.Json;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Journal.Recovery;

namespace Hybrid.EdgeWorker.Tests.Journal.Recovery;

/// <summary>
/// A real journal with prompts in every state, short and long, as a kill or a close leaves it; copies of it can be damaged.
/// </summary>
internal sealed class JournalSample : IDisposable
{
    public const string Device = "pump-7";

    private readonly TemporaryFolder _folder = new();
    private int _copies;

    private JournalSample(Dictionary<Guid, PromptRecord> prompts, Dictionary<Guid, string> besides, Guid epoch)
    {
        Prompts = prompts;
        Besides = besides;
        Epoch = epoch;
    }

    /// <summary>What was acknowledged.</summary>
    public IReadOnlyDictionary<Guid, PromptRecord> Prompts { get; }

    /// <summary>What was acknowledged beside each prompt, as <see cref="BesidesOf"/> has it.</summary>
    public IReadOnlyDictionary<Guid, string> Besides { get; }

    public Guid Epoch { get; }

    /// <summary>Makes one.</summary>
    /// <param name="closed">Whether it was closed; else it is as a kill leaves it, half of it only in the write-ahead log.</param>
    public static async Task<JournalSample> MakeAsync(bool closed)
    {
        using var test = new TestJournal(Device);
        for (var number = 0; number < 60; number++)
        {
            if (number == 30)
            {
                test.Journal.Checkpoint();
            }

            await AddAsync(test, number);
        }

        var prompts = test.Journal.List(null, 1000).ToDictionary(prompt => prompt.Id);
        var sample = new JournalSample(prompts, prompts.Keys.ToDictionary(id => id, id => BesidesOf(test.Journal, id)), test.Journal.Epoch);
        if (closed)
        {
            test.Journal.Dispose();
        }

        foreach (var file in Directory.GetFiles(test.Folder))
        {
            File.Copy(file, sample._folder.File(Path.GetFileName(file)));
        }

        return sample;
    }

    /// <summary>The request that brought a prompt, and what its answer has beside its text; each "none" where there is none.</summary>
    public static string BesidesOf(PromptJournal journal, Guid id)
    {
        var parts = journal.Parts(id);
        var calls = parts?.ToolCalls is { } asked ? JsonSerializer.Serialize(asked) : "none";
        var probs = parts?.LogProbs is { } tokens ? JsonSerializer.Serialize(tokens) : "none";
        return $"{journal.Request(id)?.ToString() ?? "none"}; {calls}; {probs}";
    }

    /// <summary>A copy to damage.</summary>
    public JournalFiles Copy()
    {
        var folder = _folder.File($"copy-{_copies++}");
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(_folder.Path))
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        }

        return new JournalFiles(folder);
    }

    public static PromptJournal Open(JournalFiles files) => PromptJournal.Open(
        Path.GetDirectoryName(files.Database)!, epoch => new JournalEvents(Device, epoch, false), new JournalOptions(),
        TimeProvider.System);

    public static RecoveryReport? Recover(JournalFiles files) =>
        new JournalRecovery(files, epoch => new JournalEvents(Device, epoch, false), TimeProvider.System).Run();

    public void Dispose() => _folder.Dispose();

    private static RequestMark Mark(int number) =>
        new() { Endpoint = "responses", Fingerprint = [2, (byte)number], Peer = [3, (byte)number], Kept = number % 4 == 0, Instructed = number % 8 == 0 };

    private static AnswerParts Parts(int number) => new(
        number % 2 == 0 ? [new PromptToolCall($"call-{number}", "open_valve", $"{{\"pump\":{number}}}")] : null,
        [new TokenProbability([(byte)number], -0.25, [new TokenProbability([1], -1.5)])]);

    private static async Task AddAsync(TestJournal test, int number)
    {
        var text = $"Which pump, {number}? " + new string((char)('a' + (number % 26)), number % 7 == 0 ? 9_000 : 40);
        var accepted = await test.Journal.AcceptAsync(
            test.New(key: number % 3 == 0 ? new IdempotencyKey("http", $"key-{number}", [1, (byte)number]) : null) with
            {
                Messages = [new PromptMessage(MessageRole.User, text)],
                Owner = number % 4 == 0 ? "key-a" : null,
                Request = number % 2 == 0 ? Mark(number) : null,
            });
        var prompt = test.Journal.Find(accepted.Id)!;
        var answer = $"Pump {number}. " + new string((char)('A' + (number % 26)), number % 5 == 0 ? 20_000 : 60);
        switch (number % 6)
        {
            case 0:
                break;
            case 1:
                await test.Journal.EscalateAsync(prompt, TestJournal.Step($"perhaps {number}"));
                break;
            case 2:
                await test.Journal.EscalateAsync(prompt, TestJournal.Step($"perhaps {number}"));
                var data = test.Answer(prompt.Id, cost: 0.01m) with { Text = answer };
                Assert.Equal(CloudVerdict.Applied, await test.SettleFromCloudAsync($"answer-{number}", data));
                break;
            case 3:
                await test.Journal.SettleAsync(prompt, Settlement.Failed(ReasonCode.LocalError, $"broken {number}"));
                break;
            default:
                await test.Journal.SettleAsync(prompt, TestJournal.Local(answer) with { Usage = new TokenUsage(7, number), Parts = Parts(number) });
                break;
        }

        if (number % 10 == 9)
        {
            await test.Journal.RemoveFromOutboxAsync(
                [.. test.Journal.NextToSend("results", 5).Select(entry => entry.Sequence)], sent: true);
        }
    }
}
