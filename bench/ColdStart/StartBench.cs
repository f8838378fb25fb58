using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Hybrid.ColdStart.Bench;

/// <summary>Starts the published handlers in turns, as the Functions host does, and stops the time until they answer.</summary>
internal static class StartBench
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(1);

    public static async Task<int> RunAsync(DirectoryInfo published, int starts, bool json, CancellationToken cancellationToken)
    {
        var jit = new Way("compiled at run time", "jit", Find(published, "cloud-deploy"));
        var aot = new Way("machine code", "aot", Find(published, "cloud-aot"));

        // The first start of each reads the files from the disk, which is not what is compared here.
        await StartAsync(jit, cancellationToken);
        await StartAsync(aot, cancellationToken);
        for (var i = 0; i < starts; i++)
        {
            foreach (var way in new[] { jit, aot })
            {
                way.Add(await StartAsync(way, cancellationToken));
            }
        }

        return Report.Print(jit, aot, json);
    }

    private static string Find(DirectoryInfo published, string name)
    {
        var program = Path.Combine(published.FullName, name, OperatingSystem.IsWindows() ? "hybrid-cloud.exe" : "hybrid-cloud");
        return File.Exists(program)
            ? program
            : throw new BenchException($"{program} is missing. Make it with: packaging/publish.sh {published} cloud-deploy cloud-aot");
    }

    private static async Task<(double Milliseconds, double Megabytes)> StartAsync(Way way, CancellationToken cancellationToken)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(way.Program)
        {
            WorkingDirectory = Path.GetDirectoryName(way.Program),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["FUNCTIONS_CUSTOMHANDLER_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        // A provider over the network: that the starter model is loaded is no part of a cold start on Azure.
        start.Environment["HYBRID__Model__Provider"] = "OpenAI";
        start.Environment["HYBRID__Model__Endpoint"] = "http://127.0.0.1:1/v1";
        start.Environment["HYBRID__Model__Model"] = "none";
        using var http = new HttpClient();
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            while (!await AnswersAsync(http, port, cancellationToken))
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(begun) > Limit)
                {
                    throw new BenchException($"{way.Program} did not come up.");
                }

                await Task.Delay(Probe, TimeProvider.System, cancellationToken);
            }

            var took = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            process.Refresh();
            return (took, process.WorkingSet64 / 1e6);
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, int port, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"), cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
