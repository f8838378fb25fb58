using Hybrid.Inference.Constraints.Tokens;
using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Decoding;

/// <summary>What to generate.</summary>
/// <param name="Prompt">The prompt's tokens; at least one.</param>
/// <param name="Sampling">How tokens are chosen.</param>
/// <param name="EndTokens">Tokens that end the answer.</param>
/// <param name="MaxOutputTokens">The most tokens to generate, or null for the engine's default.</param>
/// <param name="TopCandidates">How many of the most probable tokens to report with each token.</param>
/// <param name="Constraint">What the answer is held to, or null; for this request alone.</param>
/// <param name="IsLowPriority">Whether others may go first while it waits.</param>
internal sealed record SequenceRequest(
    int[] Prompt,
    SamplingOptions Sampling,
    IReadOnlySet<int> EndTokens,
    int? MaxOutputTokens,
    int TopCandidates,
    TokenConstraint? Constraint = null,
    bool IsLowPriority = false);
