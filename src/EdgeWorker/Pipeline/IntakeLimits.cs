using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Pipeline;

/// <summary>What the door lets in.</summary>
/// <param name="Messages">Messages of a conversation.</param>
/// <param name="PromptTokens">Tokens of a conversation, as the local model counts them; where none is loaded, a quarter of its bytes.</param>
/// <param name="Queued">Prompts with a caller who waits that may wait for their turn.</param>
/// <param name="Section">The settings' section that says so, for those who are refused.</param>
internal sealed record IntakeLimits(
    int Messages = Limits.Messages, int PromptTokens = int.MaxValue, int Queued = int.MaxValue, string Section = "Api");
