using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hybrid.Inference.Sampling;

/// <summary>Facts about one row of logits.</summary>
/// <param name="Best">The largest logit's index; the lowest on ties.</param>
/// <param name="Largest">The largest logit.</param>
/// <param name="Second">The second largest.</param>
/// <param name="LogSumExp">log Σ exp(logit): subtracted from a logit, it gives the log-probability. Not finite if a logit is not.</param>
internal readonly record struct LogitRow(int Best, float Largest, float Second, float LogSumExp)
{
    /// <summary>Reads a row.</summary>
    /// <remarks>
    /// Runs for every token over the whole vocabulary, so it is compiled with full optimisation at once: under tiered compilation the
    /// first hundred tokens of a process would cost milliseconds more.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static LogitRow Of(ReadOnlySpan<float> logits)
    {
        var (largest, second) = TopTwo(logits);
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        var shift = new Vector<float>(largest);
        var sums = Vector<float>.Zero;
        foreach (var vector in vectors)
        {
            sums += Vector.Exp(vector - shift);
        }

        var sum = Vector.Sum(sums);
        foreach (var logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            sum += MathF.Exp(logit - largest);
        }

        return new LogitRow(Math.Max(0, logits.IndexOf(largest)), largest, second, largest + MathF.Log(sum));
    }

    /// <summary>The most probable tokens, best first; the lowest id on ties.</summary>
    public static TokenCandidate[] Top(ReadOnlySpan<float> logits, int count, float logSumExp)
    {
        count = Math.Min(count, logits.Length);
        var best = new TokenCandidate[count];
        var filled = 0;
        for (var token = 0; token < logits.Length; token++)
        {
            var logit = logits[token];
            if (filled == count && !(logit > best[count - 1].LogProbability))
            {
                continue;
            }

            var place = filled < count ? filled++ : count - 1;
            while (place > 0 && logit > best[place - 1].LogProbability)
            {
                best[place] = best[place - 1];
                place--;
            }

            best[place] = new TokenCandidate(token, logit);
        }

        for (var i = 0; i < count; i++)
        {
            best[i] = best[i] with { LogProbability = best[i].LogProbability - logSumExp };
        }

        return best;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static (float Largest, float Second) TopTwo(ReadOnlySpan<float> logits)
    {
        // Whole vectors at a time: a lane keeps its own two largest, then the lanes are merged.
        var largest = new Vector<float>(float.NegativeInfinity);
        var second = largest;
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(logits);
        foreach (var vector in vectors)
        {
            second = Vector.Max(second, Vector.Min(largest, vector));
            largest = Vector.Max(largest, vector);
        }

        var (first, next) = (float.NegativeInfinity, float.NegativeInfinity);
        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            Take(largest[lane], ref first, ref next);
            Take(second[lane], ref first, ref next);
        }

        foreach (var logit in logits[(vectors.Length * Vector<float>.Count)..])
        {
            Take(logit, ref first, ref next);
        }

        return (first, next);
    }

    private static void Take(float logit, ref float first, ref float next)
    {
        if (logit > first)
        {
            next = first;
            first = logit;
        }
        else if (logit > next)
        {
            next = logit;
        }
    }
}
