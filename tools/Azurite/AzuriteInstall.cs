using System.Security.Cryptography;

namespace Hybrid.Azurite;

/// <summary>Installs the emulator as <c>package-lock.json</c> has it, once per checkout.</summary>
internal static class AzuriteInstall
{
    private const string LockFile = "package-lock.json";

    private const int MostAttempts = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(250);

    /// <summary>Makes sure it is installed.</summary>
    /// <returns>The folder with <c>launch.cjs</c> and <c>node_modules</c>.</returns>
    /// <exception cref="AzuriteException">npm is missing or failed.</exception>
    public static async Task<string> EnsureAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        var folder = FindFolder();
        var wanted = Convert.ToHexString(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(folder, LockFile), cancellationToken)));
        var stamp = Path.Combine(folder, "node_modules", ".hybrid-installed");
        if (IsInstalled())
        {
            return folder;
        }

        // Test processes start side by side; the operating system releases the lock of one that dies.
        await using var turn = await AcquireAsync(Path.Combine(folder, "node_modules.lock"), cancellationToken);
        if (!IsInstalled())
        {
            options.Log?.Invoke("Installing Azurite with npm (first use in this checkout; about half a minute)...");
            await InsistAsync(() => RunNpmAsync(options.Npm, folder, cancellationToken));
            // In one step: another process may be looking at it.
            await File.WriteAllTextAsync($"{stamp}.new", wanted, cancellationToken);
            File.Move($"{stamp}.new", stamp, overwrite: true);
        }

        return folder;

        bool IsInstalled() => File.Exists(stamp) && File.ReadAllText(stamp) == wanted;
    }

    private static string FindFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tools", "Azurite");
            if (File.Exists(Path.Combine(candidate, LockFile)))
            {
                return candidate;
            }
        }

        throw new AzuriteException($"No folder above '{AppContext.BaseDirectory}' holds tools/Azurite/{LockFile}; run from a checkout.");
    }

    private static async Task<FileStream> AcquireAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(path))
            {
                await Task.Delay(LockPause, TimeProvider.System, cancellationToken);
            }
        }
    }

    /// <summary>A registry that fails once is no reason to give up.</summary>
    private static async Task InsistAsync(Func<Task> install)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await install();
                return;
            }
            catch (AzuriteException exception) when (!exception.ToolMissing && attempt < MostAttempts)
            {
                // npm said why; the last attempt's words are the ones that count.
            }
        }
    }

    private static async Task RunNpmAsync(string npm, string folder, CancellationToken cancellationToken)
    {
        // No install scripts: the emulator needs none, and a locked set of packages should not run code while it is unpacked.
        await using var process = ChildProcess.Start(
            npm,
            ["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            folder,
            "npm installs Azurite, the storage emulator of the tests and the local stack. "
            + "Install Node.js 18 or newer with npm (Debian and Ubuntu: apt-get install nodejs npm) and put both on PATH.",
            log: null);
        try
        {
            var exitCode = await process.Exited.WaitAsync(Limit, TimeProvider.System, cancellationToken);
            if (exitCode != 0)
            {
                throw new AzuriteException(
                    $"'npm ci' in tools/Azurite ended with {exitCode}. Check that npm reaches its registry (npm ping), "
                    + "then run it there by hand. Its last lines:"
                    + Environment.NewLine + await process.LastLinesAsync());
            }
        }
        catch (TimeoutException exception)
        {
            throw new AzuriteException(
                $"'npm ci' in tools/Azurite took more than {Limit.TotalMinutes} minutes. Check that npm reaches its registry (npm ping).",
                exception);
        }
    }
}
