namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A text in a response's message.</summary>
internal sealed record ResponsePart(string Type, string Text, IReadOnlyList<string> Annotations, IReadOnlyList<LogProbToken> Logprobs)
{
    public static ResponsePart Of(string text, IReadOnlyList<LogProbToken> probs) => new("output_text", text, [], probs);
}
