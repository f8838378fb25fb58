using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>An accepted prompt, answered as a stream.</summary>
internal sealed class PromptStreamResult(PromptStreaming streaming, Guid id, bool isFirst) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext) => streaming.WriteAsync(httpContext, id, isFirst);
}
