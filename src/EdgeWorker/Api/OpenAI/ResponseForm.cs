using System.Text.Json;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Answers of <c>POST /v1/responses</c>: the events' names and order are those of the official API.</summary>
internal sealed class ResponseForm(AskedResponse asked) : IAnswerForm
{
    private readonly List<TokenProbability> _tokens = [];
    private int _sequence;
    private bool _hasMessage;

    public byte[] Plain(CallNote call, CallAnswer answer) =>
        JsonSerializer.SerializeToUtf8Bytes(Maker(call).Ended(answer), OpenAIJson.Default.ResponseBody);

    public IEnumerable<StreamEvent> Begin(CallNote call)
    {
        var body = Maker(call).Open(ResponseItem.InProgress);
        yield return Event("response.created", next => next with { Response = body });
        yield return Event("response.in_progress", next => next with { Response = body });
    }

    public IEnumerable<StreamEvent> Piece(CallNote call, string text, IReadOnlyList<TokenProbability>? tokens)
    {
        foreach (var opening in OpenMessage(call))
        {
            yield return opening;
        }

        _tokens.AddRange(tokens ?? []);
        yield return Event("response.output_text.delta", next => next with
        {
            ItemId = call.Id("msg_"),
            OutputIndex = 0,
            ContentIndex = 0,
            Delta = text,
            Logprobs = LogProbToken.Of(tokens ?? []),
        });
    }

    public IEnumerable<StreamEvent> End(CallNote call, CallAnswer answer)
    {
        var body = Maker(call).Ended(answer with { LogProbs = answer.LogProbs ?? (_tokens.Count > 0 ? _tokens : null) });
        if (body.Output is [{ Type: "message" }, ..])
        {
            foreach (var opening in OpenMessage(call))
            {
                yield return opening;
            }
        }

        for (var index = 0; index < body.Output.Count; index++)
        {
            foreach (var closing in body.Output[index].Type == "message" ? CloseMessage(body.Output[index]) : Function(body.Output[index], index))
            {
                yield return closing;
            }
        }

        yield return Event($"response.{body.Status}", next => next with { Response = body });
    }

    public IEnumerable<StreamEvent> Fail(CallNote call, CallFailure failure)
    {
        if (failure.IsFinal)
        {
            yield return Event("response.failed", next => next with { Response = Maker(call).Failed(failure) });
            yield break;
        }

        yield return Event("error", next => next with { Code = failure.Error.Code, Message = failure.Error.Message, Fault = failure.Error });
    }

    private ResponseMaker Maker(CallNote call) => new(call, asked.Asked.Options, asked.Instructions, asked.Previous, asked.Store);

    private IEnumerable<StreamEvent> OpenMessage(CallNote call)
    {
        if (_hasMessage)
        {
            yield break;
        }

        _hasMessage = true;
        yield return Event("response.output_item.added", next => next with
        {
            OutputIndex = 0,
            Item = ResponseItem.Message(call, ResponseItem.InProgress, []),
        });
        yield return Event("response.content_part.added", next => next with
        {
            ItemId = call.Id("msg_"),
            OutputIndex = 0,
            ContentIndex = 0,
            Part = ResponsePart.Of("", []),
        });
    }

    private IEnumerable<StreamEvent> CloseMessage(ResponseItem message)
    {
        var part = message.Content![0];
        yield return Event("response.output_text.done", next => next with
        {
            ItemId = message.Id,
            OutputIndex = 0,
            ContentIndex = 0,
            Text = part.Text,
            Logprobs = part.Logprobs,
        });
        yield return Event("response.content_part.done", next => next with { ItemId = message.Id, OutputIndex = 0, ContentIndex = 0, Part = part });
        yield return Event("response.output_item.done", next => next with { OutputIndex = 0, Item = message });
    }

    private IEnumerable<StreamEvent> Function(ResponseItem call, int index)
    {
        yield return Event("response.output_item.added", next => next with
        {
            OutputIndex = index,
            Item = call with { Status = ResponseItem.InProgress, Arguments = "" },
        });
        yield return Event("response.function_call_arguments.delta", next => next with { ItemId = call.Id, OutputIndex = index, Delta = call.Arguments });
        yield return Event("response.function_call_arguments.done", next => next with
        {
            ItemId = call.Id,
            OutputIndex = index,
            Name = call.Name,
            Arguments = call.Arguments,
        });
        yield return Event("response.output_item.done", next => next with { OutputIndex = index, Item = call });
    }

    private StreamEvent Event(string type, Func<ResponseEvent, ResponseEvent> fill) =>
        StreamEvent.Of(fill(new ResponseEvent(type, _sequence++)), OpenAIJson.Default.ResponseEvent, type);
}
