using System.Diagnostics.CodeAnalysis;
using Hybrid.CloudFunctions.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Tells what became of a prompt.</summary>
internal sealed class GetPromptTrigger(PromptApi prompts)
{
    /// <summary>Answers one request.</summary>
    [SuppressMessage("Style", "IDE0060", Justification = "The trigger binds to it.")]
    [Function("GetPrompt")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Function, "get", Route = "prompts/{id}")] HttpRequest request) => new EndpointResult(prompts.GetPromptAsync);
}
