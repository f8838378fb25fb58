using Hybrid.Inference.Sampling;

namespace Hybrid.Inference.Decoding;

/// <summary>Receives what one sequence generates.</summary>
/// <remarks>Called on the decode loop's thread, so it must be quick and must not throw: while it works, no sequence advances.</remarks>
internal interface ITokenSink
{
    /// <summary>Takes a token.</summary>
    /// <param name="choice">The token.</param>
    /// <param name="top">The most probable tokens, where the request asked for them.</param>
    /// <param name="isEnd">Whether it is an end token, which is no text.</param>
    /// <returns>Whether to go on.</returns>
    bool OnToken(TokenChoice choice, IReadOnlyList<TokenCandidate>? top, bool isEnd);

    /// <summary>Takes the end; nothing follows it.</summary>
    void OnEnd(SequenceEnd end);
}
