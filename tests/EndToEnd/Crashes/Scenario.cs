using Hybrid.FakeModelServer;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>What happens in a run apart from the crash.</summary>
internal sealed record Scenario
{
    public required IReadOnlyList<CallerPlan> Callers { get; init; }

    /// <summary>Settings of the device, over the usual ones.</summary>
    public IReadOnlyList<(string Key, string Value)> Edge { get; init; } = [];

    /// <summary>Values of <c>host.json</c>'s queues, over the usual ones.</summary>
    public IReadOnlyList<(string Key, string Value)> Queues { get; init; } = [];

    /// <summary>What the large model does, given the text of the prompt, the call's number, and how often it was asked this.</summary>
    public Func<string, int, int, FakeModelReply> Reply { get; init; } = (text, number, _) => FakeModelReply.Answer(AnswerTo(text, number));

    /// <summary>Done before a program starts.</summary>
    public Func<PipelineRig, CancellationToken, Task> PrepareAsync { get; init; } = (_, _) => Task.CompletedTask;

    /// <summary>Messages this scenario leaves among those put aside; a crash may copy each.</summary>
    public int PutAside { get; init; }

    /// <summary>Large requests over HTTP that may be on their way to the queue when the cloud dies; each leaves a claim that nobody knows.</summary>
    public int Unclaimed { get; init; }

    /// <summary>Different for every call, so that two answers to one prompt can be told apart; longer than a message where the prompt says so.</summary>
    public static string AnswerTo(string text, int number) =>
        $"Answer {number}." + (text.StartsWith(Scenarios.LongAnswer, StringComparison.Ordinal) ? new string('!', 60_000) : "");
}
