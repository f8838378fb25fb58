namespace Hybrid.Release;

/// <summary>Turns what went wrong into one line and an exit code.</summary>
internal static class Report
{
    /// <summary>Runs a command.</summary>
    /// <returns>0, or 1 with the reason on standard error.</returns>
    public static int Run(Action command)
    {
        try
        {
            command();
            return 0;
        }
        catch (Exception exception) when (exception is ReleaseException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(exception.Message);
            return 1;
        }
    }
}
