using System.Diagnostics.CodeAnalysis;
using Hybrid.CloudFunctions.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Takes a prompt over HTTP.</summary>
internal sealed class PostPromptTrigger(PromptApi prompts)
{
    /// <summary>Answers one request.</summary>
    [SuppressMessage("Style", "IDE0060", Justification = "The trigger binds to it.")]
    [Function("PostPrompt")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Function, "post", Route = "prompts")] HttpRequest request) => new EndpointResult(prompts.PostPromptAsync);
}
