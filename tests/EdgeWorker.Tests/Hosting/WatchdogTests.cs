using System.Threading.Channels;
using Hybrid.EdgeWorker.Hosting;
using Hybrid.EdgeWorker.Journal;
using Hybrid.EdgeWorker.Tests.Cli;
using Hybrid.EdgeWorker.Tests.Models;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Hybrid.EdgeWorker.Tests.Hosting;

/// <summary>systemd's watchdog is fed while the device lives, and only then.</summary>
public sealed class WatchdogTests(TestModels models) : IDisposable
{
    private const int NotFed = 1004;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly FakeTimeProvider _time = new();
    private readonly CapturedLog _log = new();
    private readonly Said _said = new();
    private readonly TaskCompletionSource _end = new();

    [Fact]
    public async Task Serve_UnderSystemd_SaysReadyThenAliveThenStopping()
    {
        using var socket = new NotifySocket();
        using var data = new TemporaryFolder();
        await using var device = EdgeProcess.Start(
            models, ["serve", "--url", "http://127.0.0.1:0", "--data", data.Path, "--mode", "CloudOnly"],
            ("NOTIFY_SOCKET", socket.Path), ("WATCHDOG_USEC", "2000000"));

        Assert.Equal("READY=1", await socket.NextAsync());
        Assert.Equal("WATCHDOG=1", await socket.NextAsync());
        Assert.Equal("WATCHDOG=1", await socket.NextAsync());
        Assert.Equal("WATCHDOG=1", await socket.NextAsync());
        await device.TerminateAsync();
        string last;
        do
        {
            last = await socket.NextAsync();
        }
        while (last == "WATCHDOG=1");

        Assert.Equal("STOPPING=1", last);
        Assert.Equal(0, (await device.EndAsync()).ExitCode);
    }

    [Fact]
    public async Task Feed_DeviceLives_EveryHalfOfTheLimit()
    {
        using var stop = new CancellationTokenSource();
        using var loop = await StartLoopAsync();
        var feeding = Watchdog(() => Task.CompletedTask, loop).FeedAsync(stop.Token);

        await _said.NextAsync();
        _time.Advance((Limit / 2) - TimeSpan.FromSeconds(1));
        var early = _said.Any;
        _time.Advance(TimeSpan.FromSeconds(1));
        await _said.NextAsync();
        _time.Advance(Limit / 2);
        await _said.NextAsync();
        await stop.CancelAsync();
        await feeding.SoonAsync();

        Assert.False(early);
    }

    [Fact]
    public async Task Feed_LoopHasEnded_SaysNothingAndLogsWhich()
    {
        using var stop = new CancellationTokenSource();
        using var loop = await StartLoopAsync();
        var feeding = Watchdog(() => Task.CompletedTask, loop).FeedAsync(stop.Token);
        await _said.NextAsync();

        _end.SetResult();
        await loop.ExecuteTask!.SoonAsync();
        _time.Advance(Limit / 2);
        await _log.SawAsync(NotFed);
        await stop.CancelAsync();
        await feeding.SoonAsync();

        Assert.False(_said.Any);
        Assert.Contains("EndingLoop has ended", Assert.Single(_log.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feed_JournalHangs_SaysNothingUntilItAnswers()
    {
        using var stop = new CancellationTokenSource();
        using var loop = await StartLoopAsync();
        var (probes, hangs) = (0, new TaskCompletionSource());
        var feeding = Watchdog(
            () =>
            {
                probes++;
                return hangs.Task;
            },
            loop).FeedAsync(stop.Token);

        await Eventually.HoldsAsync(() =>
        {
            _time.Advance(Limit / 4);
            return _log.Count(NotFed) > 1;
        });
        var (asked, said) = (probes, _said.Any);
        hangs.SetResult();
        await _time.RunUntilAsync(_said.NextAsync(), Limit / 4);
        await stop.CancelAsync();
        await feeding.SoonAsync();

        Assert.Equal((1, false), (asked, said));
    }

    [Fact]
    public async Task Feed_DiskIsFull_GoesOn()
    {
        using var stop = new CancellationTokenSource();
        using var loop = await StartLoopAsync();
        var feeding = Watchdog(() => Task.FromException(new JournalException("The journal's disk is full.")), loop).FeedAsync(stop.Token);

        await _said.NextAsync();
        _time.Advance(Limit / 2);
        await _said.NextAsync();
        await stop.CancelAsync();
        await feeding.SoonAsync();

        Assert.Empty(_log.Lines);
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("", null, null)]
    [InlineData("soon", null, null)]
    [InlineData("0", null, null)]
    [InlineData("120000000", null, 120)]
    [InlineData("120000000", "", 120)]
    [InlineData("120000000", "own", 120)]
    [InlineData("120000000", "1", null)]
    public void Limit_Variables_AreRead(string? microseconds, string? process, int? seconds)
    {
        process = process == "own" ? $"{Environment.ProcessId}" : process;

        var limit = Hybrid.EdgeWorker.Hosting.Watchdog.Limit(name => name == "WATCHDOG_USEC" ? microseconds : process);

        Assert.Equal(seconds, limit?.TotalSeconds);
    }

    public void Dispose() => _log.Dispose();

    private Watchdog Watchdog(Func<Task> probe, params IHostedService[] loops) =>
        new(_said, Limit, probe, loops, _time, new LoggerFactory([_log]).CreateLogger<Watchdog>());

    private async Task<EndingLoop> StartLoopAsync()
    {
        var loop = new EndingLoop(_end.Task);
        await loop.StartAsync(TestContext.Current.CancellationToken);
        return loop;
    }

    private sealed class EndingLoop(Task end) : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => end;
    }

    private sealed class Said : ISystemdNotifier
    {
        private readonly Channel<string> _all = Channel.CreateUnbounded<string>();

        public bool IsEnabled => true;

        public bool Any => _all.Reader.TryPeek(out _);

        public void Notify(ServiceState state) => _all.Writer.TryWrite(state.ToString());

        public async Task NextAsync() => Assert.Equal("WATCHDOG=1", await _all.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().SoonAsync());
    }
}
