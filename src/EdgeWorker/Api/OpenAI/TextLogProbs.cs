using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>Log-probabilities in the shape of the older completions.</summary>
internal sealed record TextLogProbs(
    IReadOnlyList<string> Tokens,
    IReadOnlyList<double> TokenLogprobs,
    IReadOnlyList<IReadOnlyDictionary<string, double>>? TopLogprobs,
    IReadOnlyList<int> TextOffset)
{
    /// <param name="tokens">The tokens; null for none.</param>
    /// <param name="offset">Characters of the answer before the first of them.</param>
    public static TextLogProbs? Of(IReadOnlyList<TokenProbability>? tokens, int offset)
    {
        if (tokens is null)
        {
            return null;
        }

        var texts = tokens.Select(LogProbToken.TextOf).ToList();
        var offsets = new List<int>();
        foreach (var text in texts)
        {
            offsets.Add(offset);
            offset += text.Length;
        }

        return new TextLogProbs(
            texts,
            [.. tokens.Select(token => LogProbToken.Bounded(token.LogProbability))],
            tokens.Any(token => token.Top is { Count: > 0 }) ? [.. tokens.Select(Top)] : null,
            offsets);
    }

    /// <summary>Different tokens may have the same text; the more probable one is kept.</summary>
    private static Dictionary<string, double> Top(TokenProbability token)
    {
        var top = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var candidate in token.Top ?? [])
        {
            top.TryAdd(LogProbToken.TextOf(candidate), LogProbToken.Bounded(candidate.LogProbability));
        }

        return top;
    }
}
