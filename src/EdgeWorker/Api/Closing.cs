using Microsoft.Extensions.Hosting;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Ends the waits of callers when the device stops: what is nearly done still gets its answer, what is not holds up nobody.</summary>
internal sealed class Closing : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _source = new();
    private readonly CancellationTokenRegistration _stopping;

    public Closing(IHostApplicationLifetime lifetime) => _stopping = lifetime.ApplicationStopping.Register(() => _source.CancelAfter(Patience));

    /// <summary>Cancelled a little after the device was told to stop.</summary>
    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _stopping.Dispose();
        _source.Dispose();
    }
}
