using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Hybrid.LocalStack.Stack;

namespace Hybrid.Pipeline.Bench;

/// <summary>Starts the real edge worker in mode CloudOnly, as often as it takes for a median.</summary>
internal static class StartBench
{
    private const int Starts = 7;

    /// <summary>Seconds, and megabytes of resident memory (issue 5, must show 4).</summary>
    private const double MostSeconds = 1.5;
    private const double MostMegabytes = 90;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(5);

    /// <summary>Memory is read when the loops have had time to meet the missing cloud.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <param name="program">A published edge worker; null for the one built in this checkout.</param>
    /// <param name="json">One JSON line instead of a table.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>0 if both bounds are kept, 1 if not.</returns>
    public static async Task<int> RunAsync(FileInfo? program, bool json, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> command = program is null ? StackLayout.OfCheckout().Edge : [program.FullName];
        var (times, sizes) = (new List<double>(), new List<double>());
        for (var i = 0; i < Starts; i++)
        {
            var folder = Directory.CreateTempSubdirectory("hybrid-start-bench-").FullName;
            try
            {
                var (seconds, megabytes) = await StartAsync(command, folder, cancellationToken);
                times.Add(seconds);
                sizes.Add(megabytes);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return Report.Print(
            [Figure.Of("From start to /healthz", "healthzS", times, "s", MostSeconds), Figure.Of("Resident memory", "residentMB", sizes, "MB", MostMegabytes)], json);
    }

    private static async Task<(double Seconds, double Megabytes)> StartAsync(IReadOnlyList<string> command, string folder, CancellationToken cancellationToken)
    {
        var url = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), "serve", "--url", url, "--data", folder, "--mode", "CloudOnly"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var http = new HttpClient();
        var begun = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            while (!await AnswersAsync(http, url, cancellationToken))
            {
                if (process.HasExited || Stopwatch.GetElapsedTime(begun) > Limit)
                {
                    throw new InvalidOperationException("The edge worker did not come up.");
                }

                await Task.Delay(Probe, TimeProvider.System, cancellationToken);
            }

            var seconds = Stopwatch.GetElapsedTime(begun).TotalSeconds;
            await Task.Delay(Settling, TimeProvider.System, cancellationToken);
            return (seconds, Resident(process.Id));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None);
        }
    }

    private static async Task<bool> AnswersAsync(HttpClient http, string url, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await http.GetAsync(new Uri($"{url}/healthz"), cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>VmRSS of /proc, which is in kB (proc(5)).</summary>
    private static double Resident(int process) => File.ReadLines($"/proc/{process}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6).Single();

    private static int FreePort()
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
