using System.Text.RegularExpressions;

namespace Hybrid.CloudFunctions.Cli;

/// <summary>Settings on the command line, as <c>--Section:Key=value</c>.</summary>
internal static partial class SettingArguments
{
    /// <summary>Takes them out of the arguments; what is left is for the parser, which refuses what it does not know.</summary>
    public static string[] Take(ref string[] args)
    {
        var settings = args.Where(argument => Pattern().IsMatch(argument)).ToArray();
        args = [.. args.Where(argument => !Pattern().IsMatch(argument))];
        return settings;
    }

    [GeneratedRegex("^--[A-Za-z]+(:[^=:]+)+=")]
    private static partial Regex Pattern();
}
