namespace Hybrid.CloudFunctions;

/// <summary>What the process tells its caller.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    public const int Failure = 1;

    /// <summary>Bad usage or configuration.</summary>
    public const int Usage = 2;
}
