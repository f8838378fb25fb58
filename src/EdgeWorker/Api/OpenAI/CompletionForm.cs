using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Answers of <c>POST /v1/completions</c>.</summary>
/// <param name="includeUsage">Whether a stream ends with the usage.</param>
internal sealed class CompletionForm(bool includeUsage) : IAnswerForm
{
    private int _written;

    public byte[] Plain(CallNote call, CallAnswer answer) => JsonSerializer.SerializeToUtf8Bytes(
        Body(call, [new TextChoice(answer.Text, 0, TextLogProbs.Of(answer.LogProbs, 0), answer.FinishReason)]) with
        {
            Usage = new UsageSlot(UsageBody.Of(answer.Usage)),
            Hybrid = answer.Hybrid,
        },
        OpenAIJson.Default.TextBody);

    public IEnumerable<StreamEvent> Begin(CallNote call) => [];

    public IEnumerable<StreamEvent> Piece(CallNote call, string text, IReadOnlyList<TokenProbability>? tokens)
    {
        var choice = new TextChoice(text, 0, TextLogProbs.Of(tokens, _written));
        _written += text.Length;
        return [StreamEvent.Of(Chunk(call, choice), OpenAIJson.Default.TextBody)];
    }

    public IEnumerable<StreamEvent> End(CallNote call, CallAnswer answer)
    {
        yield return StreamEvent.Of(
            Chunk(call, new TextChoice("", 0, FinishReason: answer.FinishReason)) with { Hybrid = answer.Hybrid }, OpenAIJson.Default.TextBody);
        if (includeUsage)
        {
            yield return StreamEvent.Of(
                Body(call, []) with { Usage = new UsageSlot(UsageBody.Of(answer.Usage)), Hybrid = answer.Hybrid }, OpenAIJson.Default.TextBody);
        }

        yield return StreamEvent.Done;
    }

    public IEnumerable<StreamEvent> Fail(CallNote call, CallFailure failure) =>
        [StreamEvent.Of(new OpenAIErrorBody(failure.Error), OpenAIJson.Default.OpenAIErrorBody, "error")];

    private TextBody Chunk(CallNote call, TextChoice choice) => Body(call, [choice]) with { Usage = includeUsage ? UsageSlot.Empty : null };

    private static TextBody Body(CallNote call, IReadOnlyList<TextChoice> choices) =>
        new(call.Id("cmpl-"), "text_completion", call.Created, call.Model, choices);
}
