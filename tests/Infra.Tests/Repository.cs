namespace Hybrid.Infra.Tests;

/// <summary>The checkout the tests were built from.</summary>
internal static class Repository
{
    /// <summary>The folder that holds <c>Hybrid.sln</c>.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the templates.</summary>
    public static string Templates { get; } = PathOf("infra", "bicep");

    /// <summary>A path below the root.</summary>
    public static string PathOf(params string[] parts) => Path.Combine([Root, .. parts]);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Hybrid.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("No folder above the test binary holds Hybrid.sln.");
    }
}
