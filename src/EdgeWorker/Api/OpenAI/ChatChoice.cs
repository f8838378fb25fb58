using System.Text.Json.Serialization;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>The one choice of a chat's answer.</summary>
internal sealed record ChatChoice(
    int Index,
    ChatMessageBody Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] ChatLogProbs? Logprobs,
    string FinishReason);
