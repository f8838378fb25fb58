using System.Collections.Concurrent;
using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Models;
using Hybrid.EdgeWorker.Routing;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>
/// The local model begins to read an interactive prompt while the journal still writes it, so that the caller does not wait for the disk first
/// and for the model afterwards. Nothing of an answer is shown or recorded before its prompt is accepted: a run is read only by the worker that
/// takes the accepted prompt. Thread safe.
/// </summary>
internal sealed class HeadStarts(LocalModels models, PromptRouting routing, PromptQueue queue)
{
    private readonly ConcurrentDictionary<Guid, (RouteDecision Decision, LocalRun Run)> _runs = new();
    private int _waiting;

    /// <summary>Begins, if the prompt will be answered on the device and a worker is free for it: nobody who waits is overtaken.</summary>
    public void Begin(NewPrompt prompt)
    {
        if (prompt.Kind != PromptKind.Interactive || models.Client is null)
        {
            return;
        }

        if (Interlocked.Increment(ref _waiting) <= queue.FreeWorkers
            && routing.Decide(prompt) is { Route: PromptRoute.Local } decision)
        {
            _runs[prompt.Id] = (decision, routing.Begin(prompt.Messages, prompt.Options, decision.Reason));
        }
        else
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    /// <summary>What was begun for a prompt, and why; null if nothing was. The caller disposes it.</summary>
    public (RouteDecision Decision, LocalRun Run)? Take(Guid id)
    {
        if (!_runs.TryRemove(id, out var run))
        {
            return null;
        }

        Interlocked.Decrement(ref _waiting);
        return run;
    }
}
