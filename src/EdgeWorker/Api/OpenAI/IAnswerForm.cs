using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The shape of an endpoint's answers. One for each call: streams count and remember.</summary>
internal interface IAnswerForm
{
    /// <summary>The whole answer, JSON.</summary>
    byte[] Plain(CallNote call, CallAnswer answer);

    /// <summary>What a stream begins with.</summary>
    IEnumerable<StreamEvent> Begin(CallNote call);

    /// <summary>A piece of the answer.</summary>
    IEnumerable<StreamEvent> Piece(CallNote call, string text, IReadOnlyList<TokenProbability>? tokens);

    /// <summary>What a stream ends with, once the answer is recorded. Its text has been written.</summary>
    IEnumerable<StreamEvent> End(CallNote call, CallAnswer answer);

    /// <summary>What a stream ends with when there is no answer.</summary>
    IEnumerable<StreamEvent> Fail(CallNote call, CallFailure failure);
}
