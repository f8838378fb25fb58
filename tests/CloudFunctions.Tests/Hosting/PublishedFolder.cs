namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>What <c>packaging/publish.sh</c> has made.</summary>
internal static class PublishedFolder
{
    private const string Variable = "HYBRID_PUBLISHED";

    /// <summary>The path of a folder, with a separator at its end; the test is skipped where nothing was published.</summary>
    public static string Find(string name)
    {
        var all = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(string.IsNullOrEmpty(all), $"Publishing takes minutes: packaging/publish.sh FOLDER, then set {Variable} to the folder.");
        var folder = Path.GetFullPath(Path.Combine(all!, name));
        Assert.True(Directory.Exists(folder), $"{folder} is missing; packaging/publish.sh makes it.");
        return folder + Path.DirectorySeparatorChar;
    }
}
