using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Hybrid.Inference.Sampling;

/// <summary>Reads facts off one row of logits without changing it.</summary>
internal static class LogitRow
{
    /// <summary>log Σ exp(logit): what turns a logit into a log-probability.</summary>
    /// <param name="logits">The row.</param>
    /// <param name="scratch">At least as long as the row; overwritten.</param>
    public static float LogSumExp(ReadOnlySpan<float> logits, Span<float> scratch)
    {
        var max = TensorPrimitives.Max(logits);
        var shifted = scratch[..logits.Length];
        TensorPrimitives.Subtract(logits, max, shifted);
        TensorPrimitives.Exp(shifted, shifted);
        return max + MathF.Log(TensorPrimitives.Sum(shifted));
    }

    /// <summary>The two largest logits and where the largest stands (the lowest index on ties).</summary>
    public static (int Index, float Largest, float Second) TopTwo(ReadOnlySpan<float> logits)
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

        return (logits.IndexOf(first), first, next);
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
