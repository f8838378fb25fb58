using System.Diagnostics;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>The door: a prompt is checked, written to the journal, and only then worked on. Thread safe.</summary>
internal sealed class PromptIntake(
    PromptJournal journal, PromptQueue queue, PromptBoard board, LocalModels models, PipelineOptions options, TimeProvider time)
{
    /// <summary>It is a word, not a text: what is written here travels in every escalation.</summary>
    private const int MostTaskCharacters = 64;

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
        }
        finally
        {
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
            case AcceptanceKind.New:
                queue.Add(prompt.Id, prompt.Kind);
                break;
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
