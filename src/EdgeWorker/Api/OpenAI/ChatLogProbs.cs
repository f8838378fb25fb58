using System.Text.Json.Serialization;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The log-probabilities of a chat's answer, or of a piece of it.</summary>
internal sealed record ChatLogProbs(
    IReadOnlyList<LogProbToken> Content,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] IReadOnlyList<LogProbToken>? Refusal = null)
{
    public static ChatLogProbs? Of(IReadOnlyList<TokenProbability>? tokens) => tokens is null ? null : new(LogProbToken.Of(tokens));
}
