using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Hybrid.Inference.Constraints.Tokens;

namespace Hybrid.Inference.Sampling;

/// <summary>Chooses the tokens of one answer.</summary>
/// <remarks>Belongs to one sequence; not thread safe. The scratch buffers come from the caller and may be shared between samplers.</remarks>
internal sealed class Sampler
{
    private readonly SamplingOptions _options;
    private readonly HashSet<int> _seen = [];
    private readonly Dictionary<int, int> _answerCounts = [];
    private RandomStream _random;

    public Sampler(SamplingOptions options, ReadOnlySpan<int> prompt)
    {
        options.Validate();
        _options = options;
        _random = new RandomStream(options.Seed ?? Random.Shared.NextInt64());
        if (options.RepetitionPenalty != 1)
        {
            foreach (var token in prompt)
            {
                _seen.Add(token);
            }
        }
    }

    /// <summary>Chooses a token and takes it into account for the penalties of the next.</summary>
    /// <param name="logits">The model's row; left as it is.</param>
    /// <param name="row">Facts about that row.</param>
    /// <param name="scratch">Buffers for the work.</param>
    /// <param name="constraint">What the choice is held to, prepared; it has taken the token afterwards. Null for a free choice.</param>
    /// <returns>The choice, or null where the constraint allows no token.</returns>
    public TokenChoice? Choose(ReadOnlySpan<float> logits, LogitRow row, SamplingScratch scratch, TokenConstraint? constraint = null)
    {
        int token;
        do
        {
            token = Pick(logits, row, scratch, constraint);
            if (token < 0)
            {
                return null;
            }
        }
        while (constraint?.TryTake(token) is false);

        Remember(token);
        return new TokenChoice(token, logits[token] - row.LogSumExp, row.Largest - row.Second);
    }

    private int Pick(ReadOnlySpan<float> logits, LogitRow row, SamplingScratch scratch, TokenConstraint? constraint)
    {
        if (!_options.HasPenalties && _options.IsGreedy)
        {
            // Often the model's first choice is allowed anyway.
            return constraint is null || IsAllowed(constraint.Allowed, row.Best) ? row.Best : BestOf(logits, constraint.Allowed);
        }

        var scores = scratch.Scores(logits.Length);
        logits.CopyTo(scores);
        if (constraint is not null && !Restrict(scores, constraint.Allowed))
        {
            return -1;
        }

        Penalise(scores);
        return _options.IsGreedy ? scores.IndexOf(TensorPrimitives.Max(scores)) : Draw(scores, scratch);
    }

    private static bool IsAllowed(ReadOnlySpan<ulong> allowed, int token) => (allowed[token >> 6] >> (token & 63) & 1) != 0;

    /// <summary>The best of the tokens that are allowed, the lowest id on ties; -1 where none is.</summary>
    private static int BestOf(ReadOnlySpan<float> logits, ReadOnlySpan<ulong> allowed)
    {
        var best = -1;
        for (var i = 0; i < allowed.Length; i++)
        {
            for (var word = allowed[i]; word != 0; word &= word - 1)
            {
                var token = (i << 6) + BitOperations.TrailingZeroCount(word);
                if (best < 0 || logits[token] > logits[best])
                {
                    best = token;
                }
            }
        }

        return best;
    }

    /// <summary>Makes every other token impossible; whether any is left.</summary>
    private static bool Restrict(Span<float> scores, ReadOnlySpan<ulong> allowed)
    {
        var any = false;
        for (var i = 0; i < allowed.Length; i++)
        {
            var word = allowed[i];
            any |= word != 0;
            if (word == ulong.MaxValue)
            {
                continue;
            }

            var first = i << 6;
            var block = scores[first..Math.Min(first + 64, scores.Length)];
            if (word == 0)
            {
                block.Fill(float.NegativeInfinity);
                continue;
            }

            for (var bit = 0; bit < block.Length; bit++)
            {
                if ((word >> bit & 1) == 0)
                {
                    block[bit] = float.NegativeInfinity;
                }
            }
        }

        return any;
    }

    private void Remember(int token)
    {
        if (_options.RepetitionPenalty != 1)
        {
            _seen.Add(token);
        }

        if (_options.PresencePenalty != 0 || _options.FrequencyPenalty != 0)
        {
            CollectionsMarshal.GetValueRefOrAddDefault(_answerCounts, token, out _)++;
        }
    }

    private void Penalise(Span<float> scores)
    {
        foreach (var token in _seen)
        {
            scores[token] = scores[token] > 0 ? scores[token] / _options.RepetitionPenalty : scores[token] * _options.RepetitionPenalty;
        }

        foreach (var (token, count) in _answerCounts)
        {
            scores[token] -= _options.PresencePenalty + (_options.FrequencyPenalty * count);
        }
    }

    private int Draw(Span<float> scores, SamplingScratch scratch)
    {
        TensorPrimitives.Divide(scores, _options.Temperature, scores);
        TensorPrimitives.Subtract(scores, TensorPrimitives.Max(scores), scores);
        TensorPrimitives.Exp(scores, scores);

        // From here scores are probabilities up to a common factor. Filters need an order; without filters none is made.
        var filtered = _options.TopK > 0 || _options.TopP < 1 || _options.MinP > 0;
        if (!filtered)
        {
            return DrawFrom(scores);
        }

        scratch.Candidates(scores, out var weights, out var tokens);
        weights.Sort(tokens, Descending.Instance);
        var kept = Keep(weights);
        return tokens[DrawFrom(weights[..kept])];
    }

    /// <summary>How many of the candidates, best first, pass top-k, then top-p, then min-p.</summary>
    private int Keep(ReadOnlySpan<float> weights)
    {
        var kept = _options.TopK > 0 ? Math.Min(_options.TopK, weights.Length) : weights.Length;
        if (_options.TopP < 1)
        {
            double sum = 0;
            foreach (var weight in weights[..kept])
            {
                sum += weight;
            }

            var enough = sum * _options.TopP;
            double reached = 0;
            for (var i = 0; i < kept; i++)
            {
                reached += weights[i];
                if (reached >= enough)
                {
                    kept = i + 1;
                    break;
                }
            }
        }

        var least = weights[0] * _options.MinP;
        while (kept > 1 && weights[kept - 1] < least)
        {
            kept--;
        }

        return kept;
    }

    private int DrawFrom(ReadOnlySpan<float> weights)
    {
        double sum = 0;
        foreach (var weight in weights)
        {
            sum += weight;
        }

        var target = _random.NextDouble() * sum;
        var last = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            if (weights[i] <= 0)
            {
                continue;
            }

            target -= weights[i];
            last = i;
            if (target < 0)
            {
                break;
            }
        }

        // Rounding may leave a crumb of the target: then the last possible one is it.
        return last;
    }

    private sealed class Descending : IComparer<float>
    {
        public static readonly Descending Instance = new();

        public int Compare(float x, float y) => y.CompareTo(x);
    }
}
