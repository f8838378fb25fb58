using System.Net;
using Hybrid.CloudFunctions.Hosting;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>The real server in this process, on a free port.</summary>
internal sealed class HostRun : IAsyncDisposable
{
    private const string Listens = "hybrid-cloud listens on ";
    private readonly CancellationTokenSource _stop = new();
    private Task<int> _run = Task.FromResult(0);

    public HttpClient Client { get; } = new();

    public static async Task<HostRun> StartAsync(Dictionary<string, string?> settings, bool standalone)
    {
        settings["Logging:LogLevel:Default"] = "None";
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var output = new SignallingWriter(Listens);
        var error = new StringWriter();
        var host = new HostRun();
        host._run = CloudHost.RunAsync(configuration, new IPEndPoint(IPAddress.Loopback, 0), standalone, output, error, host._stop.Token);
        var first = await Task.WhenAny(host._run, output.Line).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
        Assert.True(first == output.Line, error.ToString());
        host.Client.BaseAddress = new Uri((await output.Line)[Listens.Length..]);
        return host;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _run;
        }
        catch (OperationCanceledException)
        {
            // Asked for.
        }

        _stop.Dispose();
        Client.Dispose();
    }
}
