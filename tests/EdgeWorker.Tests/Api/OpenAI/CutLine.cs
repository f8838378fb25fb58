namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>A line that breaks once, in the middle of its first request.</summary>
internal sealed class CutLine() : DelegatingHandler(new SocketsHttpHandler())
{
    private readonly CancellationTokenSource _cut = new();
    private readonly TaskCompletionSource _cameBack = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _requests;

    /// <summary>Ends when a second request is sent.</summary>
    public Task CameBack => _cameBack.Task;

    public void Cut() => _cut.Cancel();

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (Interlocked.Increment(ref _requests) > 1)
        {
            _cameBack.TrySetResult();
            return await base.SendAsync(request, cancellationToken);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(_cut.Token, cancellationToken);
        try
        {
            return await base.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (_cut.IsCancellationRequested)
        {
            throw new HttpRequestException("The line broke.");
        }
    }

    protected override void Dispose(bool disposing)
    {
        _cut.Dispose();
        base.Dispose(disposing);
    }
}
