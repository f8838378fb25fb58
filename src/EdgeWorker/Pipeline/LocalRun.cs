using System.Runtime.CompilerServices;
using Hybrid.Contracts;
using Hybrid.Contracts.Crashes;
using Hybrid.EdgeWorker.Models;
using Microsoft.Extensions.AI;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>The local model's work on one prompt, begun at once; whatever it fails with is thrown where it is read. Read it once, then dispose it.</summary>
internal sealed class LocalRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task<bool> _first;
    private IAsyncEnumerator<ChatResponseUpdate>? _updates;
    private bool _disposed;

    private LocalRun(IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions options) => _first = FirstAsync(client, messages, options);

    /// <param name="client">The model.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="options">The caller's wishes.</param>
    /// <param name="reason">Why it is asked: chores let others go first.</param>
    public static LocalRun Begin(IChatClient client, IReadOnlyList<PromptMessage> messages, PromptOptions? options, ReasonCode reason)
    {
        CrashPoint.Hit(EdgeCrashPoints.ModelBefore);
        return new LocalRun(client, LocalModels.ToChat(messages), LocalModels.ToChat(options, lowPriority: reason == ReasonCode.Chore));
    }

    /// <summary>The pieces of the answer as they come.</summary>
    public async IAsyncEnumerable<ChatResponseUpdate> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var registration = cancellationToken.Register(_stop.Cancel);
        var more = await _first;
        while (more)
        {
            yield return _updates!.Current;
            more = await _updates.MoveNextAsync();
        }
    }

    /// <summary>Stops the model, if it is still at work. The second time it does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        await _stop.CancelAsync();
        await ((Task)_first).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_updates is not null)
        {
            await _updates.DisposeAsync();
        }

        _stop.Dispose();
    }

    private async Task<bool> FirstAsync(IChatClient client, IEnumerable<ChatMessage> messages, ChatOptions options)
    {
        _updates = client.GetStreamingResponseAsync(messages, options, _stop.Token).GetAsyncEnumerator(CancellationToken.None);
        return await _updates.MoveNextAsync();
    }
}
