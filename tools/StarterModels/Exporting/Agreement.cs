using System.Runtime.InteropServices;

namespace Hybrid.StarterModels.Exporting;

/// <summary>How far the exported graph is from the weights it was made of, over every answer token of the evaluation set.</summary>
/// <remarks><see cref="Disagreements"/> counts tokens whose most likely choice differs and is no tie (within <see cref="Tie"/>).</remarks>
internal sealed record Agreement(int Tokens, double MaxDifference, int Disagreements)
{
    /// <summary>Two log-probabilities closer than this are equal.</summary>
    public const double Tie = 1e-4;

    /// <summary>Compares with <c>reference.bin</c>, the trainer's own log-probabilities: one row of floats per answer token.</summary>
    public static Agreement Measure(ExportedGraph graph, string corpusFolder, string runFolder)
    {
        var ids = MemoryMarshal.Cast<byte, ushort>(File.ReadAllBytes(Path.Combine(corpusFolder, "test.ids"))).ToArray();
        var learned = File.ReadAllBytes(Path.Combine(corpusFolder, "test.loss"));
        var ends = MemoryMarshal.Cast<byte, uint>(File.ReadAllBytes(Path.Combine(corpusFolder, "test.ends"))).ToArray();
        var reference = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(runFolder, "reference.bin")));
        var vocabulary = reference.Length / learned.Sum(flag => flag);

        var (tokens, largest, disagreements, start) = (0, 0.0, 0, 0);
        foreach (var end in ends)
        {
            var logits = graph.Logits([.. ids[start..(int)(end - 1)].Select(id => (long)id)]);
            for (var position = start + 1; position < end; position++)
            {
                if (learned[position] == 0)
                {
                    continue;
                }

                var exported = LogSoftmax(logits.AsSpan((position - 1 - start) * vocabulary, vocabulary));
                var trained = reference.Slice(tokens * vocabulary, vocabulary);
                largest = Math.Max(largest, LargestDifference(exported, trained));
                disagreements += SameChoice(exported, trained) ? 0 : 1;
                tokens++;
            }

            start = (int)end;
        }

        return new Agreement(tokens, largest, disagreements);
    }

    private static double LargestDifference(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        var largest = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(left[i] - right[i]));
        }

        return largest;
    }

    private static bool SameChoice(ReadOnlySpan<float> exported, ReadOnlySpan<float> trained)
    {
        var choice = Largest(exported);
        return trained[Largest(trained)] - trained[choice] <= Tie;
    }

    private static int Largest(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    private static float[] LogSoftmax(ReadOnlySpan<float> logits)
    {
        double largest = logits[Largest(logits)];
        var sum = 0.0;
        foreach (var logit in logits)
        {
            sum += Math.Exp(logit - largest);
        }

        var shift = largest + Math.Log(sum);
        var result = new float[logits.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = (float)(logits[i] - shift);
        }

        return result;
    }
}
