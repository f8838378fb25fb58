using Hybrid.Messaging;
using Hybrid.Messaging.Claims;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Claims;

/// <summary>
/// Deletes claims that nobody will ask for: a device that stored one and never came back to send its event leaves it behind.
/// Everything else deletes its claim as the last step of its own work.
/// </summary>
internal sealed partial class ClaimSweep(ClaimStore claims, ClaimOptions options, ILogger<ClaimSweep> logger)
{
    /// <summary>The function's name: its folder, and its path on the custom handler.</summary>
    public const string FunctionName = "ClaimSweep";

    /// <summary>Sweeps once; trouble is said in the log, and the next time mends it.</summary>
    /// <returns>Whether all of it was looked at.</returns>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await claims.SweepAsync(options.KeepFor, cancellationToken);
            return true;
        }
        catch (MessagingException exception)
        {
            LogFailed(logger, exception.Message);
            return false;
        }
    }

    [LoggerMessage(EventId = 6090, Level = LogLevel.Warning, Message = "The claims could not be swept; the next sweep tries again: {Problem}")]
    private static partial void LogFailed(ILogger logger, string problem);
}
