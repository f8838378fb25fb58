using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hybrid.CloudFunctions.Answers;
using Hybrid.CloudFunctions.Api;
using Hybrid.CloudFunctions.Rejections;
using Hybrid.CloudFunctions.Results;
using Hybrid.CloudFunctions.Settings;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Hybrid.Messaging.DeadLetters;
using Hybrid.Messaging.StorageQueues;
using Microsoft.Extensions.Logging;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>What the C# code calls things and relies on: read from the code itself, never repeated here.</summary>
internal static class CodeFacts
{
    /// <summary>How long a device may wait for an answer at most. It is the intake's own affair, hence private there.</summary>
    public static TimeSpan LongestDeadline { get; } = (TimeSpan)typeof(PromptIntake)
        .GetField("LongestDeadline", BindingFlags.Static | BindingFlags.NonPublic)!.GetValue(null)!;

    /// <summary>How long a device counts on the blob of an answer.</summary>
    public static TimeSpan AnswerLife => Pruning.AnswerLife;

    /// <summary>The queues that all devices share, as Azure Storage names them.</summary>
    public static IReadOnlyList<string> StorageQueues { get; } =
    [
        .. new[] { QueueAddress.Escalations, QueueAddress.Results, QueueAddress.Rejected }.Select(StorageQueueName.Of),
        $"{StorageQueueName.Of(QueueAddress.Escalations)}{StorageQueueName.PoisonSuffix}",
        StorageQueueName.Of(RejectedMessages.ResultsPoison),
    ];

    /// <summary>The queues on Service Bus: no poison queue of escalations, since a dead-letter queue belongs to each.</summary>
    public static IReadOnlyList<string> BusQueues { get; } =
    [
        QueueAddress.Escalations.Name, QueueAddress.Results.Name, AnswersName, QueueAddress.Rejected.Name, RejectedMessages.ResultsPoison.Name,
    ];

    /// <summary>The queue whose sessions are devices.</summary>
    public static string AnswersName => QueueAddress.Answers("any").Name;

    /// <summary>A device's queues on Azure Storage.</summary>
    public static IReadOnlyList<string> QueuesOf(string deviceId)
    {
        var own = StorageQueueName.Of(QueueAddress.Answers(deviceId));
        return [own, own + StorageQueueName.PoisonSuffix];
    }

    /// <summary>The containers.</summary>
    public static IReadOnlyList<string> Containers { get; } =
    [
        AcceptedPrompts.ContainerName, CallLeases.ContainerName, ClaimStore.ContainerName, DeadLetterStore.ContainerName,
        OutcomeStore.ContainerName, ResultHandler.ContainerName,
    ];

    /// <summary>The values of <c>host.json</c>, as the program reads them.</summary>
    public static HostFile Host { get; } = HostFile.Read([], overServiceBus: true);

    /// <summary><c>host.json</c> itself.</summary>
    public static JsonNode HostJson { get; } = Read("src", "CloudFunctions", "host.json");

    /// <summary>The app settings for a host on this machine.</summary>
    public static JsonObject LocalSettings { get; } = Read("src", "CloudFunctions", "local.settings.json")["Values"]!.AsObject();

    /// <summary>The functions with their first binding.</summary>
    public static IReadOnlyDictionary<string, JsonObject> Functions { get; } = Directory
        .EnumerateDirectories(Repository.PathOf("src", "CloudFunctions", "Functions"))
        .ToDictionary(
            folder => Path.GetFileName(folder)!,
            folder => JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "function.json")))!["bindings"]![0]!.AsObject());

    /// <summary>What the log says whenever a message is put aside.</summary>
    public static string PutAsideMessage { get; } = typeof(RejectedMessages)
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
        .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()?.Message)
        .Single(message => message is not null)!;

    /// <summary>What the log says of an escalation that ended without an answer.</summary>
    public static string FailedMessage { get; } = typeof(CloudFunctions.Escalations.EscalationHandler)
        .GetMethod("LogDecided", BindingFlags.Static | BindingFlags.NonPublic)!.GetCustomAttribute<LoggerMessageAttribute>()!.Message
        .Replace("{Outcome}", nameof(Contracts.CloudOutcome.Failed), StringComparison.Ordinal);

    private static JsonNode Read(params string[] path) =>
        JsonNode.Parse(File.ReadAllText(Repository.PathOf(path)), documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!;
}
