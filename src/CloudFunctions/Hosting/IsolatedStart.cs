namespace Hybrid.CloudFunctions.Hosting;

/// <summary>
/// The start by a Functions host that wants an isolated worker. The other part of this class comes with <c>PackageSet=Full</c>.
/// </summary>
internal static partial class IsolatedStart
{
    /// <summary>An argument that only a Functions host gives, and only to isolated workers.</summary>
    private const string HostArgument = "--functions-worker-id";

    /// <summary>Whether a host wants an isolated worker.</summary>
    public static bool IsMeant(string[] args) => args.Contains(HostArgument);

    /// <summary>Runs as the worker until the host stops it, or says why it cannot.</summary>
    /// <param name="args">As the host gave them.</param>
    /// <param name="error">Where failures are said.</param>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter error)
    {
        Task<int>? run = null;
        Begin(args, error, ref run);
        if (run is not null)
        {
            return await run;
        }

        await error.WriteLineAsync(
            "FUNCTIONS_WORKER_RUNTIME is dotnet-isolated, but this build has no isolated worker; it must be custom. "
            + "Set it in the app settings (local.settings.json for 'func start'), or build with -p:PackageSet=Full.");
        return ExitCode.Usage;
    }

    static partial void Begin(string[] args, TextWriter error, ref Task<int>? run);
}
