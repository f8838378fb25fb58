using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary><c>POST /v1/chat/completions</c> and the older <c>POST /v1/completions</c>.</summary>
internal sealed class ChatApi(AnswerCalls calls)
{
    public async Task ChatAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        var asked = ChatReader.Read(body.Fields);
        await calls.AnswerAsync(
            context, asked, new ChatForm(asked.IncludeUsage), RepeatedRequests.Mark(context, "chat/completions", body.Bytes), body.Bytes);
    }

    public async Task CompleteAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        var asked = CompletionReader.Read(body.Fields);
        await calls.AnswerAsync(
            context, asked, new CompletionForm(asked.IncludeUsage), RepeatedRequests.Mark(context, "completions", body.Bytes), body.Bytes);
    }
}
