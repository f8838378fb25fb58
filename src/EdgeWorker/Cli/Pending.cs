using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Cli;

/// <summary>What a command leaves behind when it stops hosting the device.</summary>
internal static class Pending
{
    /// <summary>Says how many escalations still wait, if this process hosted the device.</summary>
    public static async Task SayAsync(EdgeContext context, EdgeDevice device, CancellationToken cancellationToken)
    {
        if (device.IsHosted
            && (await device.StatusAsync(cancellationToken)).Prompts.GetValueOrDefault(nameof(PromptState.Escalated).ToLowerInvariant()) is > 0 and var pending)
        {
            await context.Error.WriteLineAsync($"{pending} escalation(s) are pending; hybrid-edge serve on the same data folder finishes them.");
        }
    }
}
