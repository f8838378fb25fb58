using System.ComponentModel;
using System.Diagnostics;

namespace Hybrid.LocalStack.Tests;

/// <summary>The stack needs Node.js: without it the tests are skipped on a developer's machine and fail on CI.</summary>
internal static class Node
{
    private static readonly bool IsThere = Look();

    public static void Require() =>
        Assert.SkipUnless(IsThere || Environment.GetEnvironmentVariable("CI") == "true", "Node.js is not on PATH; install nodejs and npm.");

    private static bool Look()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            process.WaitForExit();
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
