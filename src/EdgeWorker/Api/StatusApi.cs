using System.Reflection;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Health and status.</summary>
internal static class StatusApi
{
    private static readonly string Version =
        typeof(StatusApi).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/healthz", () => TypedResults.Text("ok"));
        endpoints.MapGet("/readyz", ReadyAsync);
        endpoints.MapGet("/hybrid/status", Status);
    }

    private static async Task<IResult> ReadyAsync(PromptJournal journal, IEnumerable<IHostedService> services)
    {
        var trouble = Loops.Ended(services) is { } ended ? $"{ended} has ended; restart the program." : null;
        try
        {
            await journal.ProbeAsync();
            trouble ??= journal.Use().Refusal(0);
        }
        catch (JournalException exception)
        {
            trouble = exception.Message;
        }

        return TypedResults.Json(
            new ReadyView(trouble is null, trouble),
            ApiJson.Default.ReadyView,
            statusCode: trouble is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }

    private static Microsoft.AspNetCore.Http.HttpResults.JsonHttpResult<StatusView> Status(PromptJournal journal, CloudLink link, LocalModels models, RoutingOptions routing) => TypedResults.Json(
        new StatusView(
            journal.DeviceId,
            journal.Epoch,
            Version,
            routing.Mode.ToString(),
            new CloudView(link.Reachable, link.Trouble),
            journal.States().ToDictionary(state => state.Key.ToString().ToLowerInvariant(), state => state.Value),
            [.. journal.OutboxPending().Select(queue => new OutboxView(queue.Queue, queue.Pending, queue.Oldest, queue.MostAttempts, queue.LastError))],
            journal.Counters(),
            journal.LateCosts(),
            Use(journal.Use()),
            models.Name),
        ApiJson.Default.StatusView);

    private static JournalView Use(JournalUse use) => new(use.Prompts, use.MaxPrompts, use.Bytes, use.MaxBytes);
}
