using System.Numerics.Tensors;
using System.Runtime.InteropServices;

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
    /// <param name="logSumExp">Of the row (<see cref="LogitRow.LogSumExp"/>).</param>
    /// <param name="scratch">Buffers for the work.</param>
    public TokenChoice Choose(ReadOnlySpan<float> logits, float logSumExp, SamplingScratch scratch)
    {
        var (best, largest, second) = LogitRow.TopTwo(logits);
        var token = best;
        if (_options.HasPenalties || !_options.IsGreedy)
        {
            var scores = scratch.Scores(logits.Length);
            logits.CopyTo(scores);
            Penalise(scores);
            token = _options.IsGreedy ? LogitRow.TopTwo(scores).Index : Draw(scores, scratch);
        }

        Remember(token);
        return new TokenChoice(token, logits[token] - logSumExp, largest - second);
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
