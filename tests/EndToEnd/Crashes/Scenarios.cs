using System.Text;
using Azure.Storage.Queues;
using Hybrid.Contracts;
using Hybrid.FakeModelServer;

namespace Hybrid.EndToEnd.Crashes;

/// <summary>The scenarios of the matrix: together they pass every point.</summary>
internal static class Scenarios
{
    public const string LongAnswer = "A long answer";

    private const string Local = "small";
    private const string Cloud = "cloud";
    private const string Doomed = "Doomed";
    private const int TooLarge = 60_000;

    /// <summary>Every usual way: local and cloud, batch and interactive, shown and fetched, small and large in both directions.</summary>
    public static Scenario Usual { get; } = new()
    {
        Callers =
        [
            new CallerPlan("A batch prompt that stays here?") { Model = Local },
            new CallerPlan("A batch prompt with a draft?"),
            new CallerPlan("A batch prompt for the cloud?") { Model = Cloud },
            new CallerPlan("What does alarm E-104 mean?") { Model = Local, Streams = true, Interactive = true },
            new CallerPlan("Somebody waits for the cloud?") { Streams = true, Interactive = true },
            new CallerPlan("A large prompt?") { Model = Cloud, Padding = TooLarge },
            new CallerPlan(LongAnswer + "?") { Model = Cloud, Streams = true },
        ],
    };

    /// <summary>The large model fails each prompt once, so badly that the queue must deliver it again.</summary>
    public static Scenario FailingModel { get; } = new()
    {
        Callers = [new CallerPlan("First attempt?"), new CallerPlan("Second attempt?") { Model = Cloud }],
        Reply = (text, number, nth) => nth == 1 ? FakeModelReply.Down(503) : FakeModelReply.Answer(Scenario.AnswerTo(text, number)),
    };

    /// <summary>One prompt can never be answered and ends in the poison queue, while others go their way.</summary>
    public static Scenario Poison { get; } = new()
    {
        Callers = [new CallerPlan(Doomed + "?") { Model = Cloud }, new CallerPlan("Lucky?")],
        Queues = [("maxDequeueCount", "2")],
        Reply = (text, number, _) => text.StartsWith(Doomed, StringComparison.Ordinal)
            ? FakeModelReply.Down(503)
            : FakeModelReply.Answer(Scenario.AnswerTo(text, number)),
        PutAside = 1,
    };

    /// <summary>Somebody puts a message on the escalations that is none.</summary>
    public static Scenario Rejected { get; } = new()
    {
        Callers = [new CallerPlan("Held up by nobody?")],
        PrepareAsync = (rig, cancellationToken) => rig.PutAsync("escalations", "none of ours", 0, cancellationToken),
        PutAside = 1,
    };

    /// <summary>The same on the device's own queue.</summary>
    public static Scenario MalformedAnswer { get; } = new()
    {
        Callers = Rejected.Callers,
        PrepareAsync = (rig, cancellationToken) => rig.PutAsync($"answers-{PipelineRig.DeviceId}", "none of ours", 0, cancellationToken),
        PutAside = 1,
    };

    /// <summary>An answer for another installation under the same device id, which its owner has left lying four times already.</summary>
    public static Scenario ForeignAnswer { get; } = new()
    {
        Callers = Rejected.Callers,
        PrepareAsync = PutForeignAnswerAsync,
    };

    /// <summary>Prompts without a device, beside a device's.</summary>
    public static Scenario Direct { get; } = new()
    {
        Callers = [new CallerPlan("Over HTTP?") { Direct = true }, new CallerPlan("Over HTTP, and large?") { Direct = true, Padding = TooLarge }, new CallerPlan("From a device?")],
        Unclaimed = 1,
    };

    /// <summary>Callers go away before there is an answer; the device works on one prompt at a time, so most wait.</summary>
    public static Scenario CallersLeave { get; } = new()
    {
        Callers =
        [
            .. Enumerable.Range(1, 12).Select(i => new CallerPlan($"Who still wants to know {i}?") { Model = Local, Streams = true, Interactive = true, Leaves = true, MaxTokens = 64 }),
            new CallerPlan("And this one stays?") { Model = Local },
        ],
        Edge = [("Pipeline:InteractiveConcurrency", "1"), ("Pipeline:BatchConcurrency", "1")],
    };

    /// <summary>The cloud takes longer than the prompts have time: one has a draft, the other has not. The answers come late.</summary>
    public static Scenario Deadline { get; } = new()
    {
        Callers = [new CallerPlan("A draft at the deadline?") { DeadlineSeconds = 4 }, new CallerPlan("Nothing at the deadline?") { Model = Cloud, DeadlineSeconds = 4 }],
        Reply = SlowReply,
    };

    /// <summary>Mode CloudFirst, and the cloud is slower than the device's patience: whoever settles first wins.</summary>
    public static Scenario SlowCloudFirst { get; } = new()
    {
        Callers = [new CallerPlan("Cloud or device?"), new CallerPlan("Device or cloud?") { Streams = true }],
        Edge = [("Routing:Mode", "CloudFirst"), ("Pipeline:CloudWait", "00:00:01")],
        Reply = SlowReply,
    };

    private static FakeModelReply SlowReply(string text, int number, int nth) => FakeModelReply.AnswerAfter(
        Scenario.AnswerTo(text, number), Task.Delay(TimeSpan.FromSeconds(6), TimeProvider.System, CancellationToken.None));

    /// <summary>Puts a text on a queue of a storage account.</summary>
    /// <param name="connection">The account.</param>
    /// <param name="queue">The queue; made if it is missing.</param>
    /// <param name="text">The text.</param>
    /// <param name="failed">How often it is taken and given back first.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task PutInStorageAsync(string connection, string queue, string text, int failed, CancellationToken cancellationToken)
    {
        var client = new QueueClient(
            connection, queue, new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05) { MessageEncoding = QueueMessageEncoding.Base64 });
        await client.CreateIfNotExistsAsync(cancellationToken: cancellationToken);
        await client.SendMessageAsync(text, null, TimeSpan.FromSeconds(-1), cancellationToken);
        for (var delivery = 1; delivery <= failed; delivery++)
        {
            var message = (await client.ReceiveMessageAsync(TimeSpan.FromSeconds(30), cancellationToken)).Value;
            await client.UpdateMessageAsync(message.MessageId, message.PopReceipt, (string?)null, TimeSpan.Zero, cancellationToken);
        }
    }

    private static async Task PutForeignAnswerAsync(PipelineRig rig, CancellationToken cancellationToken)
    {
        var prompt = Guid.CreateVersion7();
        var answer = EventFormat.Write(EventFormat.Create(
            $"answer-{prompt:N}", EventFormat.FunctionSource("cloud"), EventTypes.Answer, prompt, TimeProvider.System.GetUtcNow(),
            new AnswerData(prompt, PipelineRig.DeviceId, Guid.NewGuid(), CloudOutcome.Answered, "Not yours.", "fake-large", FinishReason: "stop"), null));
        await rig.PutAsync($"answers-{PipelineRig.DeviceId}", Encoding.UTF8.GetString(answer), 4, cancellationToken);
    }
}
