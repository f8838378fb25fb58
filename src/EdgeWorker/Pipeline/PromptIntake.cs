using System.Diagnostics;
using System.Text;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;
using Hybrid.Inference.Constraints;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>The door: a prompt is checked, written to the journal, and only then worked on. Thread safe.</summary>
internal sealed class PromptIntake(
    PromptJournal journal,
    PromptQueue queue,
    PromptBoard board,
    HeadStarts headStarts,
    LocalModels models,
    PromptNeeds needs,
    RoutingOptions routing,
    PipelineOptions options,
    IntakeLimits limits,
    TimeProvider time)
{
    /// <summary>How often a request is asked anew whose prompts came to nothing one after the other.</summary>
    private const int MostAttempts = 16;

    /// <summary>No caller can send it, so what stands before it is the caller's own key.</summary>
    private const char AttemptMark = '\u001f';

    /// <summary>It is a word, not a text: what is written here travels in every escalation.</summary>
    private const int MostTaskCharacters = 64;

    /// <summary>Where no model is loaded that could count: what English has in the usual vocabularies, about.</summary>
    private const int BytesPerToken = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestDeadline = TimeSpan.FromDays(30);

    /// <summary>
    /// A caller who comes and the last one who leaves must not pass each other: the one would wait for a prompt that the other cancels. Prompts
    /// share a few gates; each is held only for a look and a commit.
    /// </summary>
    private readonly SemaphoreSlim[] _gates = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1, 1))];

    /// <summary>Accepts a prompt, or finds the one accepted earlier under the same idempotency key or for the same request.</summary>
    /// <param name="request">What is asked.</param>
    /// <param name="watch">Whether the caller wants to see the text as it comes.</param>
    /// <exception cref="PromptRefusedException">It was not accepted; the message says why.</exception>
    /// <exception cref="JournalException">It could not be recorded.</exception>
    public async Task<Acceptance> AcceptAsync(PromptRequest request, bool watch)
    {
        var isChore = Check(request);
        for (var attempt = 1; ; attempt++)
        {
            var acceptance = await TryAcceptAsync(request, isChore, attempt, watch);
            if (acceptance.Kind == AcceptanceKind.Awaited)
            {
                await WhileAwaitedAsync(acceptance.Id);
                acceptance = await TryAcceptAsync(request with { Search = request.Search! with { MayWait = false } }, isChore, attempt, watch);
            }

            if (!request.Awaited || acceptance.Kind == AcceptanceKind.New || await ComeBackAsync(acceptance.Id) || attempt == MostAttempts)
            {
                return acceptance;
            }
        }
    }

    /// <summary>
    /// A client that retries comes back within a second, and a busy device may not have noticed yet that its line had broken: a little patience
    /// is cheaper than asking the cloud twice.
    /// </summary>
    private async Task WhileAwaitedAsync(Guid id)
    {
        try
        {
            await board.LeftAsync(id).WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            // Somebody does wait for that one.
        }
    }

    /// <summary>Counts the caller of a prompt that was found again.</summary>
    /// <returns>False if the prompt came to nothing and is to be asked anew.</returns>
    private async Task<bool> ComeBackAsync(Guid id)
    {
        var gate = GateOf(id);
        await gate.WaitAsync();
        try
        {
            if (journal.Find(id) is { State: PromptState.Failed } failed && CameToNothing(failed))
            {
                return false;
            }

            board.Arrive(id);
            return true;
        }
        finally
        {
            gate.Release();
        }
    }

    /// <summary>It failed here, for want of a caller or of a line: nothing was paid, and it may be answered now.</summary>
    private static bool CameToNothing(PromptRecord failed) => failed.Reason == ReasonCode.Cancelled
        || (failed.Reason == ReasonCode.NoRoute && failed.Detail?.Contains(Router.Unreachable, StringComparison.Ordinal) == true);

    private async Task<Acceptance> TryAcceptAsync(PromptRequest request, bool isChore, int attempt, bool watch)
    {
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
            Idempotency = attempt == 1 || request.Idempotency is not { } key
                ? request.Idempotency
                : key with { Key = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{key.Key}{AttemptMark}{attempt}") },
            Request = request.Request,
            Search = attempt == 1 && request.Search is { } search ? search with { IsAwaited = board.IsAwaited } : null,
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

        if (request.Awaited)
        {
            // Before it can be found: whoever sends the same at this moment sees that somebody waits for it.
            board.Arrive(prompt.Id);
        }

        Acceptance? acceptance = null;
        try
        {
            CrashPoint.Hit(EdgeCrashPoints.AcceptBefore);
            headStarts.Begin(prompt);
            acceptance = await journal.AcceptAsync(prompt);
            CrashPoint.Hit(EdgeCrashPoints.AcceptCommitted);
            if (acceptance.Value.Kind == AcceptanceKind.New)
            {
                queue.Add(prompt.Id, prompt.Kind, isChore);
            }
        }
        finally
        {
            if (announced)
            {
                queue.Arrived();
            }

            if (acceptance is not { Kind: AcceptanceKind.New } && headStarts.Take(prompt.Id) is { } begun)
            {
                await begun.Run.DisposeAsync();
            }

            if (watch && acceptance is not { Kind: AcceptanceKind.New })
            {
                board.Unwatch(prompt.Id);
            }

            if (request.Awaited && acceptance is not { Kind: AcceptanceKind.New })
            {
                board.Leave(prompt.Id);
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
        var gate = GateOf(id);
        await gate.WaitAsync();
        try
        {
            var last = board.Leave(id);
            if (gaveUp && last && journal.Find(id) is { State: PromptState.Accepted, Kind: PromptKind.Interactive } prompt)
            {
                // The model stops at once; the record follows. If nobody had begun yet, it is stopped after that.
                board.CancelWork(id);
                CrashPoint.Hit(EdgeCrashPoints.CancelBefore);
                await journal.SettleAsync(
                    prompt, Settlement.Failed(ReasonCode.Cancelled, "The caller went away before there was an answer."), onlyAccepted: true);
                CrashPoint.Hit(EdgeCrashPoints.CancelCommitted);
                board.CancelWork(id);
            }
        }
        finally
        {
            gate.Release();
        }
    }

    private SemaphoreSlim GateOf(Guid id) => _gates[(uint)id.GetHashCode() % _gates.Length];

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

    /// <returns>Whether it is a chore of a chat program.</returns>
    private bool Check(PromptRequest request)
    {
        try
        {
            EventFormat.Check(request.Messages, request.Options);
            if (request.Options?.Schema is { } schema)
            {
                // Whoever answers: what is no schema, the cloud would only refuse too, with less to say.
                JsonFormat.CheckSchema(schema.Schema);
            }
        }
        catch (ContractException exception)
        {
            throw new PromptRefusedException(RefusalKind.Invalid, exception.Field, exception.Message);
        }
        catch (UnsupportedSchemaException exception)
        {
            throw new PromptRefusedException(RefusalKind.Invalid, "options.schema", exception.Message);
        }

        if (request.Messages.Count > limits.Messages)
        {
            throw new PromptRefusedException(
                RefusalKind.Invalid, "messages", $"messages has {request.Messages.Count} entries; {limits.Section}:MaxMessages allows {limits.Messages}.");
        }

        if (TokensBeyondLimit(request.Messages) is { } tokens)
        {
            throw new PromptRefusedException(
                RefusalKind.TooLong, "messages",
                $"messages has {tokens} tokens{(models.Name is null ? ", by its bytes" : "")}; {limits.Section}:MaxPromptTokens allows {limits.PromptTokens}.");
        }

        if (request.Model is not (ModelNames.Hybrid or ModelNames.Cloud) && request.Model != models.Name)
        {
            throw new PromptRefusedException(
                RefusalKind.UnknownModel, "model", $"There is no such model here; the models are {string.Join(", ", KnownModels.Of(models, routing))}.");
        }

        var (chore, needsTools) = needs.Of(request.Kind, request.Messages, request.Options);
        if (needsTools
            && (routing.Mode == RouteMode.LocalOnly || (request.Model == models.Name && routing.Tools != ToolsRoute.Cloud)))
        {
            throw new PromptRefusedException(
                RefusalKind.Invalid, "tools",
                routing.Mode == RouteMode.LocalOnly
                    ? $"The local model cannot call tools, and {RoutingOptions.SectionName}:{nameof(RoutingOptions.Mode)} is {routing.Mode}."
                    + (routing.Tools == ToolsRoute.Ignore
                        ? ""
                        : $" With {RoutingOptions.SectionName}:{nameof(RoutingOptions.Tools)}={ToolsRoute.Ignore} it answers without tools that are only offered.")
                    : $"The local model cannot call tools. Ask {ModelNames.Hybrid} or {ModelNames.Cloud}, or set "
                    + $"{RoutingOptions.SectionName}:{nameof(RoutingOptions.Tools)} to {ToolsRoute.Cloud}.");
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

        return chore is not null;
    }
}
