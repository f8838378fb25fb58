using Hybrid.CloudFunctions.Hosting;
using Hybrid.CloudFunctions.Settings;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Results over Storage queues.</summary>
internal sealed class ResultTrigger(Invocation invocation)
{
    /// <summary>Handles one message.</summary>
    [Function(FunctionNames.Result)]
    public Task Run(
        [QueueTrigger("results", Connection = CloudConfiguration.HostStorage)] BinaryData message, CancellationToken cancellationToken) =>
        invocation.RunAsync(FunctionNames.Result, message, cancellationToken);
}
