using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>What a request asks for, whichever of the endpoints it came to.</summary>
/// <param name="Model">The model.</param>
/// <param name="Messages">The conversation.</param>
/// <param name="Options">How to generate.</param>
/// <param name="Stream">Whether the answer is to be streamed.</param>
/// <param name="IncludeUsage">Whether the stream is to end with the usage.</param>
internal sealed record AskedAnswer(
    string Model, IReadOnlyList<PromptMessage> Messages, PromptOptions Options, bool Stream, bool IncludeUsage);
