using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Hybrid.EdgeWorker.Tests;

/// <summary>Keeps every line that is logged, and says when one comes.</summary>
internal sealed class CapturedLog : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<(int Id, string Text)> _lines = new();

    public IEnumerable<string> Lines => _lines.Select(line => line.Text);

    /// <summary>How often an event was logged.</summary>
    public int Count(int eventId) => _lines.Count(line => line.Id == eventId);

    /// <summary>Waits until an event has been logged so many times.</summary>
    public Task SawAsync(int eventId, int times = 1) => Eventually.HoldsAsync(() => Count(eventId) >= times);

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue((eventId.Id, $"{formatter(state, exception)} {exception}"));

    public void Dispose()
    {
        // Nothing to free.
    }
}
