using System.Text;
using Hybrid.Contracts;

namespace Hybrid.EdgeWorker.Api.OpenAI;

/// <summary>A token with its log-probability.</summary>
/// <param name="Token">Its text; bytes that are only part of a character show as U+FFFD.</param>
/// <param name="Logprob">Natural logarithm of its probability.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="TopLogprobs">The most probable tokens in its place; null on those themselves.</param>
internal sealed record LogProbToken(string Token, double Logprob, IReadOnlyList<int> Bytes, IReadOnlyList<LogProbToken>? TopLogprobs = null)
{
    /// <summary>What OpenAI gives for tokens that are all but impossible; JSON has no infinity.</summary>
    private const double Least = -9999;

    public static List<LogProbToken> Of(IEnumerable<TokenProbability> tokens) =>
        [.. tokens.Select(token => Of(token) with { TopLogprobs = [.. (token.Top ?? []).Select(Of)] })];

    public static double Bounded(double logProbability) => Math.Max(Least, logProbability);

    public static string TextOf(TokenProbability token) => Encoding.UTF8.GetString(token.Bytes);

    private static LogProbToken Of(TokenProbability token) =>
        new(TextOf(token), Bounded(token.LogProbability), [.. token.Bytes.Select(value => (int)value)]);
}
