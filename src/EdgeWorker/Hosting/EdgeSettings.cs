using Hybrid.Contracts;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Hybrid.EdgeWorker.Device;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Hybrid.EdgeWorker.Settings;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Hosting;

/// <summary>The checked configuration of every room.</summary>
internal sealed record EdgeSettings(
    DeviceOptions Device, JournalOptions Journal, PipelineOptions Pipeline, RoutingOptions Routing, ModelsOptions Models, ApiOptions Api, Door Door)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    /// <summary>Reads and checks everything; every failure is reported, one for each line.</summary>
    public static (EdgeSettings? Settings, IReadOnlyList<string> Failures) Read(IConfiguration configuration)
    {
        var failures = new List<string>();
        var models = ModelsOptionsReader.Read(configuration, failures);
        new SectionReader(configuration, DeviceOptions.SectionName, failures)
            .Text(nameof(DeviceOptions.Id), id => id.Length == 0 || DeviceIds.IsValid(id), DeviceIds.Rule);
        new SectionReader(configuration, JournalOptions.SectionName, failures)
            .Text(nameof(JournalOptions.Folder), path => !string.IsNullOrWhiteSpace(path), "the path of a folder")
            .Number(nameof(JournalOptions.SendBatch), 1, 1000)
            .Time(nameof(JournalOptions.RetryDelay), TimeSpan.FromMilliseconds(10), Longest)
            .Time(nameof(JournalOptions.MaxRetryDelay), TimeSpan.FromMilliseconds(10), Longest)
            .Time(nameof(JournalOptions.IdlePoll), TimeSpan.FromMilliseconds(10), TimeSpan.FromHours(1))
            .Time(nameof(JournalOptions.ResultLifetime), TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650))
            .Number(nameof(JournalOptions.MaxBytes), 1L << 20, 1L << 40)
            .Number(nameof(JournalOptions.MaxPrompts), 1L, 100_000_000L)
            .Number(nameof(JournalOptions.MaxResults), 1L, 100_000_000L)
            .Time(nameof(JournalOptions.KeepSettled), TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));
        new SectionReader(configuration, PipelineOptions.SectionName, failures)
            .Number(nameof(PipelineOptions.InteractiveConcurrency), 1, 64)
            .Number(nameof(PipelineOptions.BatchConcurrency), 1, 64)
            .Number(nameof(PipelineOptions.MaxOpen), 1, 1_000_000)
            .Time(nameof(PipelineOptions.InteractiveDeadline), TimeSpan.FromMilliseconds(1), Longest)
            .Time(nameof(PipelineOptions.BatchDeadline), TimeSpan.FromMilliseconds(1), Longest)
            .Time(nameof(PipelineOptions.CloudWait), TimeSpan.FromMilliseconds(1), Longest)
            .Time(nameof(PipelineOptions.SweepInterval), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1))
            .Time(nameof(PipelineOptions.LinkPatience), TimeSpan.FromMilliseconds(10), TimeSpan.FromMinutes(1))
            .Name<DeadlineOutcome>(nameof(PipelineOptions.OnDeadline))
            .Name<StreamingMode>(nameof(PipelineOptions.Streaming))
            .Truth(nameof(PipelineOptions.PublishText));
        new SectionReader(configuration, RoutingOptions.SectionName, failures)
            .Name<RouteMode>(nameof(RoutingOptions.Mode))
            .Number(nameof(RoutingOptions.ConfidenceThreshold), 0.0, 1.0)
            .Number(nameof(RoutingOptions.AnswerReserve), 1, 1_000_000)
            .Name<ToolsRoute>(nameof(RoutingOptions.Tools))
            .Truth(nameof(RoutingOptions.RecognizeChores));
        foreach (var pattern in configuration.GetSection($"{RoutingOptions.SectionName}:{nameof(RoutingOptions.Chores)}").GetChildren())
        {
            if (Chores.Trouble(pattern.Value ?? "") is { } trouble)
            {
                failures.Add($"{pattern.Path} cannot be used: {trouble} It must be a regular expression without look-arounds and back-references.");
            }
        }

        new SectionReader(configuration, ApiOptions.SectionName, failures)
            .Time(nameof(ApiOptions.CloudWait), TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1))
            .Name<CloudWaitEnd>(nameof(ApiOptions.OnCloudWait))
            .Time(nameof(ApiOptions.RetryWindow), TimeSpan.Zero, TimeSpan.FromDays(1))
            .Truth(nameof(ApiOptions.RequireKey))
            .Text(
                nameof(ApiOptions.AllowedHosts), list => ApiOptions.Split(list).All(IsHost),
                "host names without scheme and port, separated by commas")
            .Text(
                nameof(ApiOptions.CorsOrigins), list => ApiOptions.Split(list).All(IsOrigin),
                "origins such as https://chat.example.com without a path, separated by commas; name each one")
            .Number(nameof(ApiOptions.RequestsPerMinute), 1, 1_000_000)
            .Number(nameof(ApiOptions.MaxRequests), 1, 10_000)
            .Number(nameof(ApiOptions.MaxConnections), 1, 100_000)
            .Number(nameof(ApiOptions.MaxBodyBytes), 1L << 10, 64L << 20)
            .Number(nameof(ApiOptions.MaxMessages), 1, Limits.Messages)
            .Number(nameof(ApiOptions.MaxPromptTokens), 1, Limits.PromptBytes)
            .Number(nameof(ApiOptions.MaxQueued), 1, 1_000_000);
        var door = DoorReader.Read(configuration, failures);
        if (failures.Count > 0)
        {
            return (null, failures);
        }

        var settings = new EdgeSettings(
            configuration.GetSection(DeviceOptions.SectionName).Get<DeviceOptions>() ?? new(),
            configuration.GetSection(JournalOptions.SectionName).Get<JournalOptions>() ?? new(),
            configuration.GetSection(PipelineOptions.SectionName).Get<PipelineOptions>() ?? new(),
            configuration.GetSection(RoutingOptions.SectionName).Get<RoutingOptions>() ?? new(),
            models,
            configuration.GetSection(ApiOptions.SectionName).Get<ApiOptions>() ?? new(),
            door);
        if (settings.Journal.RetryDelay > settings.Journal.MaxRetryDelay)
        {
            failures.Add(
                $"{JournalOptions.SectionName}:{nameof(JournalOptions.RetryDelay)} is {settings.Journal.RetryDelay}; it must not exceed "
                + $"{nameof(JournalOptions.MaxRetryDelay)}, {settings.Journal.MaxRetryDelay}. Set either in appsettings.json or by a HYBRID__ variable.");
        }

        return (failures.Count == 0 ? settings : null, failures);
    }

    private static bool IsHost(string text) => Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;

    private static bool IsOrigin(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        && string.Equals(url.GetLeftPart(UriPartial.Authority), text, StringComparison.OrdinalIgnoreCase) && url.UserInfo.Length == 0;
}
