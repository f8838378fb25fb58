using System.Diagnostics;
using Hybrid.ServiceBusBroker;

namespace Hybrid.Messaging.Bench;

/// <summary>The broker as a program of its own, ended with this one.</summary>
internal sealed class BrokerProcess : IDisposable
{
    private const string Listening = " listens on ";

    private readonly Process _process;

    private BrokerProcess(Process process, int port)
    {
        _process = process;
        Port = port;
    }

    public int Port { get; }

    public static async Task<BrokerProcess> StartAsync(CancellationToken cancellationToken)
    {
        var process = Process.Start(new ProcessStartInfo("dotnet", [typeof(Broker).Assembly.Location, "--anonymous"])
        {
            RedirectStandardOutput = true,
        })!;
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken) ?? "";
        return new BrokerProcess(process, new Uri(line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..]).Port);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
