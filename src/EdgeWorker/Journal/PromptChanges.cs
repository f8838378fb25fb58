using System.Globalization;
using Hybrid.Messaging;
using Microsoft.Data.Sqlite;

namespace Hybrid.EdgeWorker.Journal;

/// <summary>The changes of a prompt's state, each with the event it sends. All are called within a transaction, and take effect together or not at all.</summary>
internal static class PromptChanges
{
    /// <summary>Writes a new prompt.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="messages">Its conversation, JSON.</param>
    /// <param name="options">Its options, JSON; null for none.</param>
    /// <param name="digest">Of what was asked; see <see cref="PromptDigests"/>.</param>
    public static void Insert(SqliteConnection connection, NewPrompt prompt, string messages, string? options, byte[] digest)
    {
        connection.Run(
            """
            INSERT INTO prompts (id, state, kind, accepted_at, deadline, messages, options, model, task, wait_offline,
              idempotency_scope, idempotency_key, body_hash, retry_of, trace_parent, changed_at, asked_digest, owner)
            VALUES ($id, 'accepted', $kind, $at, $deadline, $messages, $options, $model, $task, $wait, $scope, $key, $hash, $retry, $trace,
                $at, $digest, $owner)
            """,
            ("$id", prompt.Id), ("$kind", PromptRows.Name(prompt.Kind)), ("$at", prompt.AcceptedAt), ("$deadline", prompt.Deadline), ("$messages", messages),
            ("$options", options), ("$model", prompt.Model), ("$task", prompt.Task), ("$wait", prompt.WaitOffline),
            ("$scope", prompt.Scope), ("$key", prompt.Idempotency?.Key), ("$hash", prompt.Idempotency?.BodyHash),
            ("$retry", prompt.RetryOf), ("$trace", prompt.TraceParent), ("$digest", digest),
            ("$owner", prompt.Owner));
        if (prompt.Request is not null)
        {
            Requests.Add(connection, prompt.Id, prompt.Request);
        }
    }

    /// <summary>Hands a prompt to the cloud.</summary>
    /// <returns>False if it was no longer merely accepted; then nothing was changed.</returns>
    public static bool Escalate(
        SqliteConnection connection, PromptRecord prompt, EscalationStep step, DateTimeOffset now, (string Id, byte[] Body) escalation)
    {
        var rows = connection.Run(
            """
            UPDATE prompts SET state = 'escalated', route = 'cloud', reason = $reason, detail = $detail, confidence = $confidence, draft = $draft,
              draft_model = $model, finish_reason = $finish, fallback_at = $fallback, changed_at = $now, draft_digest = $digest
            WHERE id = $id AND state = 'accepted'
            """,
            ("$reason", step.Reason.Value), ("$detail", step.Detail), ("$confidence", step.Confidence), ("$draft", step.Draft),
            ("$model", step.DraftModel), ("$finish", step.DraftFinish), ("$fallback", step.FallbackAt), ("$now", now), ("$id", prompt.Id),
            ("$digest", RowDigest.Of(prompt.Id, step.Draft, step.DraftModel)));
        if (rows == 1)
        {
            Outbox.Send(connection, QueueAddress.Escalations.Name, escalation.Id, prompt, escalation.Body, now, prompt.Deadline);
            if (step.DraftLogProbs is not null)
            {
                AnswerParts.Write(connection, prompt.Id, new AnswerParts(null, step.DraftLogProbs));
            }
        }

        return rows == 1;
    }

    /// <summary>Records a final outcome.</summary>
    /// <param name="connection">Within a transaction.</param>
    /// <param name="prompt">The prompt.</param>
    /// <param name="outcome">Its outcome.</param>
    /// <param name="now">The time.</param>
    /// <param name="result">The event.</param>
    /// <param name="options">How long results wait, and how many.</param>
    /// <param name="onlyAccepted">Whether a prompt that has escalated in the meantime is to be left alone.</param>
    /// <returns>False if the prompt had its outcome already, or was left alone; then nothing was changed.</returns>
    public static bool Settle(
        SqliteConnection connection, PromptRecord prompt, Settlement outcome, DateTimeOffset now, (string Id, byte[] Body) result, JournalOptions options,
        bool onlyAccepted = false)
    {
        var (state, route, cost) =
            (PromptRows.Name(outcome.State), outcome.Route is { } way ? PromptRows.Name(way) : null, outcome.Cost?.Amount.ToString(CultureInfo.InvariantCulture));
        var rows = connection.Run(
            $"""
            UPDATE prompts SET state = $state, route = $route, reason = $reason, detail = $detail, confidence = coalesce($confidence, confidence),
              answer = $answer, answer_model = $model, input_tokens = $input, output_tokens = $output, cost = $cost, currency = $currency,
              finish_reason = $finish, error_code = $code, error_message = $message, changed_at = $now,
              outcome_digest = $digest
            WHERE id = $id AND state IN {PromptRows.OpenStates} AND ($all OR state = 'accepted')
            """,
            ("$state", state), ("$route", route), ("$reason", outcome.Reason.Value),
            ("$detail", outcome.Detail), ("$confidence", outcome.Confidence), ("$answer", outcome.Answer), ("$model", outcome.Model),
            ("$input", outcome.Usage?.InputTokens), ("$output", outcome.Usage?.OutputTokens),
            ("$cost", cost), ("$currency", outcome.Cost?.Currency),
            ("$finish", outcome.FinishReason), ("$code", outcome.Error?.Code), ("$message", outcome.Error?.Message), ("$now", now),
            ("$id", prompt.Id), ("$digest", RowDigest.Of(
                prompt.Id, state, route, outcome.Reason.Value, outcome.Detail, outcome.Answer, outcome.Model, outcome.Usage?.InputTokens,
                outcome.Usage?.OutputTokens, cost, outcome.Cost?.Currency, outcome.FinishReason, outcome.Error?.Code,
                outcome.Error?.Message, now)), ("$all", !onlyAccepted));
        if (rows == 1)
        {
            // What was kept of a draft goes with it, unless the draft is the answer.
            if (outcome.Parts is not null || prompt.Options?.TopLogProbs is not null)
            {
                AnswerParts.Write(connection, prompt.Id, outcome.Parts);
            }

            Outbox.Recall(connection, prompt.Id);
            Outbox.Send(connection, QueueAddress.Results.Name, result.Id, prompt, result.Body, now, now + options.ResultLifetime);
            Outbox.DropOldestResults(connection, options.MaxResults);
        }

        return rows == 1;
    }
}
