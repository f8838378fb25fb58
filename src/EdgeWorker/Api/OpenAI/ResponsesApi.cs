using Hybrid.Contracts;
using Hybrid.EdgeWorker.Journal;
using Microsoft.AspNetCore.Http;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary><c>/v1/responses</c>: answers that the next question can go on from; what went before comes from the journal.</summary>
internal sealed class ResponsesApi(AnswerCalls calls, PromptJournal journal)
{
    private const string Endpoint = "responses";

    public async Task PostAsync(HttpContext context)
    {
        using var body = await RequestBody.ReadAsync(context);
        var asked = ResponseReader.Read(body.Fields);
        var mark = RepeatedRequests.Mark(context, Endpoint, body.Bytes) with
        {
            Kept = asked.Store,
            Instructed = asked.Instructions is not null,
            Previous = asked.Previous,
        };
        var history = asked.Previous is { } previous ? History(context, previous) : [];
        await calls.AnswerAsync(context, asked.After(history), new ResponseForm(asked), mark, body.Bytes);
    }

    public async Task GetAsync(HttpContext context)
    {
        if (!ResponseId.TryRead((string)context.Request.RouteValues["id"]!, out var id) || Find(context, id) is not var (prompt, request))
        {
            throw ResponseReader.NoSuchResponse(null);
        }

        context.Response.Headers[AnswerCalls.PromptIdHeader] = id.ToString();
        var maker = new ResponseMaker(
            new CallNote(id, prompt.AcceptedAt, prompt.Model), prompt.Options, request.Instructed ? prompt.Messages[0].Content : null, request.Previous, store: true);
        var response = prompt.State switch
        {
            PromptState.Accepted => maker.Open("queued"),
            PromptState.Escalated => maker.Open(ResponseItem.InProgress),
            PromptState.Answered => maker.Ended(Outcomes.Answer(prompt, journal.Parts(id))),
            _ => maker.Failed(Outcomes.Failure(prompt)),
        };
        await context.Response.WriteAsJsonAsync(response, OpenAIJson.Default.ResponseBody, "application/json", context.RequestAborted);
    }

    /// <summary>What was said until the end of a response. Its instructions were for it alone.</summary>
    private List<PromptMessage> History(HttpContext context, Guid previous)
    {
        if (Find(context, previous) is not var (prompt, request))
        {
            throw ResponseReader.NoSuchResponse("previous_response_id");
        }

        var answer = prompt.State == PromptState.Answered ? prompt.Answer : prompt.State == PromptState.Escalated ? prompt.Draft : null;
        if (answer is null)
        {
            throw RequestRefusedException.Field("previous_response_id", "That response has no answer to go on from.", "previous_response_unanswered");
        }

        return
        [
            .. prompt.Messages.Skip(request.Instructed ? 1 : 0),
            new PromptMessage(MessageRole.Assistant, answer, ToolCalls: prompt.Options?.Tools is null ? null : journal.Parts(previous)?.ToolCalls),
        ];
    }

    private (PromptRecord Prompt, RequestRecord Request)? Find(HttpContext context, Guid id) =>
        journal.Find(id) is { } prompt && Caller.Of(context).MaySee(prompt) && journal.Request(id) is { Endpoint: Endpoint, Kept: true } request
            ? (prompt, request)
            : null;
}
