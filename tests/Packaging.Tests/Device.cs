namespace Hybrid.Packaging.Tests;

/// <summary>The published edge worker of this machine.</summary>
internal static class Device
{
    /// <summary>A storage account where nobody listens.</summary>
    private const string Nowhere =
        "DefaultEndpointsProtocol=http;AccountName=nobody;AccountKey=c2VjcmV0LWtleQ==;"
        + "BlobEndpoint=http://127.0.0.1:1/nobody;QueueEndpoint=http://127.0.0.1:1/nobody;";

    /// <summary>The program of a folder; the test is skipped where it cannot run.</summary>
    public static string Program(string folder)
    {
        Assert.SkipUnless(
            OperatingSystem.IsLinux() && System.Runtime.InteropServices.RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.X64,
            "The program is for Linux on x64.");
        return Path.Combine(folder, "hybrid-edge");
    }

    /// <summary>The whole environment of a machine without .NET: nothing on the path, no variable that leads to one.</summary>
    public static Dictionary<string, string?> Bare(TemporaryFolder home) => new()
    {
        ["PATH"] = "",
        ["HOME"] = home.Path,
        ["HYBRID__Messaging__ConnectionString"] = Nowhere,
    };
}
