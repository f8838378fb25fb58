using Hybrid.EdgeWorker.Api.OpenAI;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api;

/// <summary>An accepted prompt, answered as a stream.</summary>
internal sealed class PromptStreamResult(PromptStreaming streaming, Guid id, bool isFirst) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers[AnswerCalls.PromptIdHeader] = id.ToString();
        return streaming.WriteAsync(httpContext, id, isFirst);
    }
}
