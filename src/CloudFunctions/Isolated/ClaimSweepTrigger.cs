using System.Diagnostics.CodeAnalysis;
using Hybrid.CloudFunctions.Claims;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Sweeps claims once a day.</summary>
internal sealed class ClaimSweepTrigger(ClaimSweep sweep)
{
    /// <summary>Sweeps once. What the timer says does not matter: late or not, one sweep is as good as another.</summary>
    /// <exception cref="InvalidOperationException">Not all of it was looked at.</exception>
    [SuppressMessage("Style", "IDE0060", Justification = "The trigger binds to it.")]
    [Function(ClaimSweep.FunctionName)]
    public async Task Run([TimerTrigger("0 23 3 * * *")] TimerInfo timer, CancellationToken cancellationToken)
    {
        if (!await sweep.RunAsync(cancellationToken))
        {
            throw new InvalidOperationException("The claims could not be swept; the log says why, and the next sweep tries again.");
        }
    }
}
