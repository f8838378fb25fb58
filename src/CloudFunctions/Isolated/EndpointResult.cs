using Microsoft.AspNetCore.Http;

namespace Hybrid.CloudFunctions.Isolated;

/// <summary>Lets an endpoint of the HTTP API answer a triggered function: it writes the response itself, the same for every host.</summary>
internal sealed class EndpointResult(RequestDelegate endpoint) : IResult
{
    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) => endpoint(httpContext);
}
