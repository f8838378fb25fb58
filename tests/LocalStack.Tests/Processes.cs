using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Hybrid.LocalStack.Tests;

/// <summary>Processes that should have ended.</summary>
internal static partial class Processes
{
    /// <summary>The stand-ins that have told their ids in a log.</summary>
    public static void AssertGone(string log)
    {
        var ids = PidLine().Matches(log).Select(match => int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture)).ToList();
        Assert.NotEmpty(ids);
        Assert.All(ids, id => Assert.False(IsAlive(id), $"Process {id} is still there."));
    }

    public static bool IsAlive(int id)
    {
        try
        {
            using var process = Process.GetProcessById(id);
            return !process.HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"\| pid (?<id>\d+)")]
    private static partial Regex PidLine();
}
