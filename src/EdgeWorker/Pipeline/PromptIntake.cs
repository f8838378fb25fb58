using System.Diagnostics;
using System.Text;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>The door: a prompt is checked, written to the journal, and only then worked on. Thread safe.</summary>
internal sealed class PromptIntake(
    PromptJournal journal, PromptQueue queue, PromptBoard board, LocalModels models, PipelineOptions options, IntakeLimits limits, TimeProvider time)
{
    /// <summary>It is a word, not a text: what is written here travels in every escalation.</summary>
    private const int MostTaskCharacters = 64;

    /// <summary>Where no model is loaded that could count: what English has in the usual vocabularies, about.</summary>
    private const int BytesPerToken = 4;

    private static readonly TimeSpan LongestDeadline = TimeSpan.FromDays(30);

    /// <summary>Accepts a prompt, or finds the one accepted earlier under the same idempotency key.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="watch">Whether the caller wants to see the text as it comes.</param>
    /// <exception cref="PromptRefusedException">It was not accepted; the message says why.</exception>
    /// <exception cref="JournalException">It could not be recorded.</exception>
    public async Task<Acceptance> AcceptAsync(PromptRequest request, bool watch)
    {
        Check(request);
        var now = time.GetUtcNow();
        var prompt = new NewPrompt
        {
            Id = Guid.CreateVersion7(now),
            Kind = request.Kind,
            AcceptedAt = now,
            Deadline = now + (request.Deadline ?? (request.Kind == PromptKind.Interactive ? options.InteractiveDeadline : options.BatchDeadline)),
            Messages = request.Messages,
            Options = request.Options,
            Model = request.Model,
            Task = request.Task,
            WaitOffline = request.WaitOffline,
            Idempotency = request.Idempotency,
            RetryOf = request.RetryOf,
            Owner = request.Owner,
            TraceParent = Activity.Current?.Id,
        };
        var announced = request.Kind == PromptKind.Interactive;
        if (announced && !queue.TryAnnounce(limits.Queued))
        {
            throw new PromptRefusedException(
                RefusalKind.Busy, "", $"{limits.Queued} prompts wait for their turn, and {limits.Section}:MaxQueued allows no more. Try again later.");
        }

        if (watch)
        {
            board.Watch(prompt.Id);
        }

        Acceptance? acceptance = null;
        try
        {
            CrashPoint.Hit(EdgeCrashPoints.AcceptBefore);
            acceptance = await journal.AcceptAsync(prompt);
            CrashPoint.Hit(EdgeCrashPoints.AcceptCommitted);
            if (acceptance.Value.Kind == AcceptanceKind.New)
            {
                queue.Add(prompt.Id, prompt.Kind);
            }
        }
        finally
        {
            if (announced)
            {
                queue.Arrived();
            }

            if (watch && acceptance is not { Kind: AcceptanceKind.New })
            {
                board.Unwatch(prompt.Id);
            }
        }

        switch (acceptance.Value.Kind)
        {
            case AcceptanceKind.Conflict:
                throw new PromptRefusedException(
                    RefusalKind.KeyConflict, "Idempotency-Key", "This Idempotency-Key was used for another request. Use a new key for a new request.");
            case AcceptanceKind.Full:
                throw new PromptRefusedException(RefusalKind.Full, "", acceptance.Value.Refusal!);
        }

        return acceptance.Value;
    }

    /// <summary>Somebody waits for a prompt's outcome, until <see cref="CallerLeftAsync"/>.</summary>
    public void CallerCame(Guid id) => board.Arrive(id);

    /// <summary>Somebody waits no longer. An interactive prompt that all have given up is worth nothing any more; what has left the device runs on.</summary>
    public async Task CallerLeftAsync(Guid id, bool gaveUp)
    {
        var last = board.Leave(id);
        if (gaveUp && last && journal.Find(id) is { State: PromptState.Accepted, Kind: PromptKind.Interactive } prompt)
        {
            CrashPoint.Hit(EdgeCrashPoints.CancelBefore);
            await journal.SettleAsync(prompt, Settlement.Failed(ReasonCode.Cancelled, "The caller went away before there was an answer."));
            CrashPoint.Hit(EdgeCrashPoints.CancelCommitted);
            board.CancelWork(id);
        }
    }

    /// <summary>How many tokens a conversation has, if too many. No token is shorter than a byte, so most need no counting.</summary>
    private int? TokensBeyondLimit(IReadOnlyList<PromptMessage> messages)
    {
        var bytes = messages.Sum(message => Encoding.UTF8.GetByteCount(message.Content));
        if (bytes <= limits.PromptTokens)
        {
            return null;
        }

        var tokens = models.CountTokens(messages) ?? bytes / BytesPerToken;
        return tokens > limits.PromptTokens ? tokens : null;
    }

    private void Check(PromptRequest request)
    {
        try
        {
            EventFormat.Check(request.Messages, request.Options);
        }
        catch (ContractException exception)
        {
            throw new PromptRefusedException(RefusalKind.Invalid, exception.Field, exception.Message);
        }

        if (request.Messages.Count > limits.Messages)
        {
            throw new PromptRefusedException(
                RefusalKind.Invalid, "messages", $"messages has {request.Messages.Count} entries; {limits.Section}:MaxMessages allows {limits.Messages}.");
        }

        if (TokensBeyondLimit(request.Messages) is { } tokens)
        {
            throw new PromptRefusedException(
                RefusalKind.Invalid, "messages",
                $"messages has {tokens} tokens{(models.Name is null ? ", by its bytes" : "")}; {limits.Section}:MaxPromptTokens allows {limits.PromptTokens}.");
        }

        if (request.Model is not (ModelNames.Hybrid or ModelNames.Cloud) && request.Model != models.Name)
        {
            var known = models.Name is { } local ? $"{ModelNames.Hybrid}, {local}, {ModelNames.Cloud}" : $"{ModelNames.Hybrid}, {ModelNames.Cloud}";
            throw new PromptRefusedException(RefusalKind.Invalid, "model", $"There is no such model here; the models are {known}.");
        }

        if (request.Task is { Length: > MostTaskCharacters })
        {
            throw new PromptRefusedException(RefusalKind.Invalid, "task", $"task has {request.Task.Length} characters; at most {MostTaskCharacters} are accepted.");
        }

        if (request.Deadline is { } deadline && (deadline <= TimeSpan.Zero || deadline > LongestDeadline))
        {
            throw new PromptRefusedException(
                RefusalKind.Invalid, "deadlineSeconds", $"deadlineSeconds must be above 0 and at most {LongestDeadline.TotalSeconds:F0}.");
        }

        if (request.Options?.Json == true && request.Model == models.Name)
        {
            throw new PromptRefusedException(RefusalKind.Invalid, "options.json", "The local model cannot promise JSON yet; ask hybrid or cloud.");
        }

        if (request.Idempotency is { Key: var key }
            && (key.Length is 0 or > Limits.IdempotencyKeyCharacters || key.Any(character => character is < '!' or > '~')))
        {
            throw new PromptRefusedException(
                RefusalKind.Invalid, "Idempotency-Key", $"Idempotency-Key must be 1 to {Limits.IdempotencyKeyCharacters} visible ASCII characters.");
        }

        if (journal.OpenCount >= options.MaxOpen)
        {
            throw new PromptRefusedException(
                RefusalKind.Busy, "", $"{options.MaxOpen} prompts have no outcome yet, and {PipelineOptions.SectionName}:{nameof(PipelineOptions.MaxOpen)} allows no more. Try again later.");
        }
    }
}
