using System.Diagnostics;

namespace Hybrid.EdgeWorker.Tests.Api.OpenAI;

/// <summary>The official OpenAI SDK for Node.js, installed from its lock file on first use.</summary>
internal static class NodeClient
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RunLimit = TimeSpan.FromMinutes(2);
    private static readonly SemaphoreSlim Turn = new(1, 1);

    /// <summary>Runs a scenario of <c>client.mjs</c>; it must succeed.</summary>
    public static async Task RunAsync(string scenario, Uri address, params string[] models)
    {
        var folder = await InstallAsync();
        var (code, output) = await RunAsync("node", ["client.mjs", scenario, new Uri(address, "v1").ToString(), .. models], folder, RunLimit);
        Assert.True(code == 0, output);
    }

    private static async Task<string> InstallAsync()
    {
        var folder = Find();
        var stamp = Path.Combine(folder, "node_modules", ".hybrid-installed");
        var wanted = await File.ReadAllTextAsync(Path.Combine(folder, "package-lock.json"));
        await Turn.WaitAsync();
        try
        {
            if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp) != wanted)
            {
                // On Windows npm is a script, which only a shell starts.
                var (program, first) = OperatingSystem.IsWindows() ? ("cmd", (string[])["/c", "npm"]) : ("npm", []);
                var (code, output) = await RunAsync(program, [.. first, "ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder, InstallLimit);
                Assert.True(code == 0, $"npm ci in {folder} failed; are Node.js and npm installed? {output}");
                await File.WriteAllTextAsync(stamp, wanted);
            }

            return folder;
        }
        finally
        {
            Turn.Release();
        }
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "OpenAIClients");
            if (File.Exists(Path.Combine(candidate, "package-lock.json")))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException($"No folder above '{AppContext.BaseDirectory}' holds tests/OpenAIClients; run from a checkout.");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string folder, TimeSpan limit)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync(CancellationToken.None).WaitAsync(limit);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }
}
