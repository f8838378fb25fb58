using System.Text;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Constraints.Tokens;
using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference.Tests.Constraints;

/// <summary>Writes under a constraint without a model: draws among the tokens that are allowed, and likes to come to an end.</summary>
internal sealed class RandomWriter
{
    private readonly TokenTrie _trie;
    private readonly HashSet<int> _ends;
    private readonly HashSet<int> _closing;

    public RandomWriter(ModelTokenizer tokenizer, int endToken)
    {
        _ends = [endToken];
        _trie = TokenTrie.Build(tokenizer, _ends, tokenizer.VocabularySize + 7);
        _closing = [endToken, .. Enumerable.Range(0, tokenizer.VocabularySize).Where(token => _trie.BytesOf(token) is [(byte)'"' or (byte)'}' or (byte)']' or (byte)',' or (byte)'0'])];
    }

    public TokenTrie Trie => _trie;

    public TokenTable Table(JsonFormat format) => new(format.Grammar, _trie, _ends);

    /// <summary>Writes one text.</summary>
    /// <returns>The text, or null where it did not end within so many tokens.</returns>
    public string? Write(TokenTable table, Random random, int maxTokens)
    {
        var constraint = new TokenConstraint(table);
        var bytes = new List<byte>();
        var allowed = new List<int>();
        for (var i = 0; i < maxTokens; i++)
        {
            Assert.True(constraint.Prepare(), $"Nothing may follow {Encoding.UTF8.GetString([.. bytes])}");
            int token;
            do
            {
                allowed.Clear();
                for (var candidate = 0; candidate < _trie.VocabularySize; candidate++)
                {
                    if ((constraint.Allowed[candidate >> 6] >> (candidate & 63) & 1) != 0)
                    {
                        allowed.Add(candidate);
                    }
                }

                Assert.NotEmpty(allowed);
                var closing = random.NextDouble() < 0.4 + (i / (double)maxTokens) ? allowed.FindAll(_closing.Contains) : [];
                token = closing.Count > 0 ? closing[random.Next(closing.Count)] : allowed[random.Next(allowed.Count)];
            }
            while (!constraint.TryTake(token));

            if (_ends.Contains(token))
            {
                return Encoding.UTF8.GetString([.. bytes]);
            }

            bytes.AddRange(_trie.BytesOf(token));
            if (constraint.IsComplete)
            {
                return Encoding.UTF8.GetString([.. bytes]);
            }
        }

        return null;
    }
}
