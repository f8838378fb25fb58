using System.Diagnostics;
using System.Text;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Pipeline;
using Hybrid.EdgeWorker.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hybrid.Pipeline.Bench;

/// <summary>
/// The same questions in turns: through door, journal, queue, router, gate and journal again, and to the model alone. What one costs more is the
/// pipeline's.
/// </summary>
internal static class LocalBench
{
    private const int WarmUp = 20;

    /// <summary>Milliseconds (issue 5, must show 2).</summary>
    private const double MostMs = 3;

    private static readonly PromptOptions Options = new(MaxTokens: 16);

    public static async Task<int> RunAsync(int prompts, bool json, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("hybrid-pipeline-bench-").FullName;
        try
        {
            return Report.Print(await MeasureAsync(folder, prompts, cancellationToken), json);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<IReadOnlyList<Figure>> MeasureAsync(string folder, int prompts, CancellationToken cancellationToken)
    {
        var time = TimeProvider.System;
        using var models = LocalModels.Load(ModelsOptionsReader.ToLocal(new ModelsOptions()), time, cancellationToken);
        using var journal = PromptJournal.Open(
            folder, epoch => new JournalEvents("bench", epoch, publishText: false), new JournalOptions { Folder = folder }, time);
        var (queue, board, options, routing) = (new PromptQueue(), new PromptBoard(), new PipelineOptions(), new RoutingOptions());
        var link = new CloudLink();
        link.Succeeded();
        // Every local answer is final, whatever the model's confidence; the gate speaks all the same.
        routing.ConfidenceThreshold = 0;
        var needs = new PromptNeeds(new Chores(routing), routing);
        var router = new Router(routing);
        var promptRouting = new PromptRouting(router, needs, models, link, routing, options, time);
        var headStarts = new HeadStarts(models, promptRouting, queue);
        var work = new PromptWork(
            journal, router, promptRouting, headStarts, models, link, board, routing, options, time, NullLogger<PromptWork>.Instance);
        var intake = new PromptIntake(journal, queue, board, headStarts, models, needs, routing, options, new IntakeLimits(), time);
        using var loop = new PromptLoop(journal, queue, work, options);
        await loop.StartAsync(cancellationToken);
        var (bare, whole, added) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < WarmUp + prompts; i++)
        {
            var messages = new[] { new PromptMessage(MessageRole.User, $"What does alarm E-{100 + (i % 40)} mean?") };
            // Both find the same beginning remembered, so neither reads more than the other; who goes first changes from turn to turn.
            var alone = 0.0;
            if (i % 2 == 0)
            {
                alone = await AloneAsync(models.Client!, messages, cancellationToken);
            }

            var piped = await ThroughAsync(intake, journal, messages, cancellationToken);
            if (i % 2 == 1)
            {
                alone = await AloneAsync(models.Client!, messages, cancellationToken);
            }

            if (i >= WarmUp)
            {
                bare.Add(alone);
                whole.Add(piped);
                added.Add(piped - alone);
            }
        }

        await loop.StopAsync(CancellationToken.None);
        return
        [
            Figure.Of("Two bare commits on this disk, the limit", "twoCommitsMs", BareCommits(folder, prompts), "ms"),
            Figure.Of("The model alone", "modelMs", bare, "ms"),
            Figure.Of("Through the pipeline, to the recorded outcome", "pipelineMs", whole, "ms"),
            Figure.Of("What the pipeline adds, pair by pair", "addedMs", added, "ms", MostMs),
        ];
    }

    /// <summary>What a local answer cannot do without: the prompt on disk before the answer, the outcome on disk before the caller hears it.</summary>
    private static List<double> BareCommits(string folder, int pairs)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "bare.db")};Pooling=False");
        connection.Open();
        Run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE prompts (id INTEGER PRIMARY KEY, text TEXT) STRICT");
        using var insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO prompts (text) VALUES ('What does alarm E-104 mean?')";
        insert.Prepare();
        var times = new List<double>();
        for (var i = 0; i < pairs; i++)
        {
            var start = Stopwatch.GetTimestamp();
            insert.ExecuteNonQuery();
            insert.ExecuteNonQuery();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }

    private static async Task<double> AloneAsync(IChatClient client, PromptMessage[] messages, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var text = new StringBuilder();
        await foreach (var update in client.GetStreamingResponseAsync(LocalModels.ToChat(messages), LocalModels.ToChat(Options), cancellationToken))
        {
            text.Append(update.Text);
        }

        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<double> ThroughAsync(
        PromptIntake intake, PromptJournal journal, PromptMessage[] messages, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        var id = (await intake.AcceptAsync(new PromptRequest { Messages = messages, Options = Options }, watch: false)).Id;
        var settled = journal.Settled.Of(id);
        if (journal.Find(id) is { IsFinal: true })
        {
            journal.Settled.Settle(id);
        }

        await settled.WaitAsync(cancellationToken);
        var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return journal.Find(id) is { State: PromptState.Answered, Route: PromptRoute.Local }
            ? elapsed
            : throw new InvalidOperationException($"Prompt {id} was not answered locally.");
    }
}
