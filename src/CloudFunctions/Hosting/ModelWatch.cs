using Hybrid.CloudFunctions.Models;
using Hybrid.Inference.Folders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hybrid.CloudFunctions.Hosting;

/// <summary>
/// Sees the model loaded. A folder that cannot be used ends the process as a wrong setting does: no prompt is lost by that, they wait on
/// the queue.
/// </summary>
internal sealed partial class ModelWatch(
    ModelSource source, ModelOptions options, IHostApplicationLifetime lifetime, ILogger<ModelWatch> logger)
    : BackgroundService
{
    /// <summary>What is wrong with the folder; null if nothing is.</summary>
    public string? Failure { get; private set; }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await source.GetAsync(stoppingToken);
            LogReady(logger, options.Name, options.Provider);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped before it was there.
        }
        catch (ModelFolderException exception)
        {
            Failure =
                $"{ModelOptions.SectionName}:{nameof(ModelOptions.Path)} is '{options.Path}', which cannot be used. {exception.Message}";
            lifetime.StopApplication();
        }
    }

    [LoggerMessage(EventId = 6080, Level = LogLevel.Information, Message = "The model {Model} ({Provider}) is ready.")]
    private static partial void LogReady(ILogger logger, string model, ModelProvider provider);
}
