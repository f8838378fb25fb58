using System.Diagnostics.CodeAnalysis;
using Hybrid.CloudFunctions.Api;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Tells how the program is.</summary>
internal sealed class HealthTrigger(PromptApi prompts)
{
    /// <summary>Answers one request.</summary>
    [SuppressMessage("Style", "IDE0060", Justification = "The trigger binds to it.")]
    [Function("Health")]
    public IResult Run([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "health")] HttpRequest request) => new EndpointResult(prompts.HealthAsync);
}
