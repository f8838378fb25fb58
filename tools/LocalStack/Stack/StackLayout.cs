namespace Hybrid.LocalStack.Stack;

/// <summary>Where things lie.</summary>
/// <param name="Root">The checkout.</param>
/// <param name="State">Everything the stack keeps between runs.</param>
/// <param name="Cloud">How to start the cloud's program; arguments follow.</param>
/// <param name="Edge">How to start the device's program; arguments follow.</param>
/// <param name="Prompts">The sample prompts.</param>
internal sealed record StackLayout(string Root, string State, IReadOnlyList<string> Cloud, IReadOnlyList<string> Edge, string Prompts)
{
    /// <summary>The .NET host that runs this program, for the others.</summary>
    public static string DotNet => Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { Length: > 0 } path ? path : "dotnet";

    /// <summary>As the build leaves them.</summary>
    /// <exception cref="StackException">This program does not run from a checkout.</exception>
    public static StackLayout OfCheckout()
    {
        // artifacts/bin/LocalStack/<configuration>/: the other programs lie beside it.
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var root = own;
        while (!File.Exists(Path.Combine(root.FullName, "Hybrid.sln")))
        {
            root = root.Parent ?? throw new StackException($"No folder above '{own.FullName}' holds Hybrid.sln; run from a checkout.");
        }

        return new StackLayout(
            root.FullName,
            Path.Combine(root.FullName, ".hybrid"),
            [DotNet, Program("CloudFunctions", "hybrid-cloud.dll")],
            [DotNet, Program("EdgeWorker", "hybrid-edge.dll")],
            Path.Combine(root.FullName, "samples", "prompts.jsonl"));

        string Program(string project, string file) => Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, file);
    }
}
