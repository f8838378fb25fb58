using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Answers of <c>POST /v1/chat/completions</c>.</summary>
/// <param name="includeUsage">Whether a stream ends with the usage. A chunk without choices that nobody asked for breaks clients.</param>
internal sealed class ChatForm(bool includeUsage) : IAnswerForm
{
    private const string Prefix = "chatcmpl-";

    public byte[] Plain(CallNote call, CallAnswer answer)
    {
        var calls = ChatToolCall.Of(answer.ToolCalls, numbered: false);
        var message = new ChatMessageBody("assistant", calls is not null && answer.Text.Length == 0 ? null : answer.Text, ToolCalls: calls);
        return JsonSerializer.SerializeToUtf8Bytes(
            new ChatBody(
                call.Id(Prefix), "chat.completion", call.Created, call.Model,
                [new ChatChoice(0, message, ChatLogProbs.Of(answer.LogProbs), answer.FinishReason)], UsageBody.Of(answer.Usage), answer.Hybrid),
            OpenAIJson.Default.ChatBody);
    }

    public IEnumerable<StreamEvent> Begin(CallNote call) => [Chunk(call, new ChatDelta("assistant", ""))];

    public IEnumerable<StreamEvent> Piece(CallNote call, string text, IReadOnlyList<TokenProbability>? tokens) =>
        [Chunk(call, new ChatDelta(Content: text), ChatLogProbs.Of(tokens))];

    public IEnumerable<StreamEvent> End(CallNote call, CallAnswer answer)
    {
        if (ChatToolCall.Of(answer.ToolCalls, numbered: true) is { } calls)
        {
            yield return Chunk(call, new ChatDelta(ToolCalls: calls));
        }

        yield return Chunk(call, new ChatDelta(), finish: answer.FinishReason, hybrid: answer.Hybrid);
        if (includeUsage)
        {
            yield return StreamEvent.Of(
                new ChatChunk(
                    call.Id(Prefix), "chat.completion.chunk", call.Created, call.Model, [], new UsageSlot(UsageBody.Of(answer.Usage)), answer.Hybrid),
                OpenAIJson.Default.ChatChunk);
        }

        yield return StreamEvent.Done;
    }

    public IEnumerable<StreamEvent> Fail(CallNote call, CallFailure failure) =>
        [StreamEvent.Of(new OpenAIErrorBody(failure.Error), OpenAIJson.Default.OpenAIErrorBody, "error")];

    private StreamEvent Chunk(CallNote call, ChatDelta delta, ChatLogProbs? probs = null, string? finish = null, HybridNote? hybrid = null) =>
        StreamEvent.Of(
            new ChatChunk(
                call.Id(Prefix), "chat.completion.chunk", call.Created, call.Model, [new ChatChunkChoice(0, delta, probs, finish)],
                includeUsage ? UsageSlot.Empty : null, hybrid),
            OpenAIJson.Default.ChatChunk);
}
