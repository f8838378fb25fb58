namespace Hybrid.Packaging.Tests;

/// <summary>What <c>packaging/publish.sh</c> has made.</summary>
internal static class Published
{
    private const string Variable = "HYBRID_PUBLISHED";

    /// <summary>The path of a folder or file; the test is skipped where nothing was published.</summary>
    public static string Path(string name)
    {
        var all = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(all), $"Publishing takes minutes: packaging/publish.sh FOLDER, then set {Variable} to the folder.");
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(all!, name));
        Assert.True(System.IO.Path.Exists(path), $"{path} is missing; packaging/publish.sh makes it.");
        return path;
    }
}
