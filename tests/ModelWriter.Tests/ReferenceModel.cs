namespace Hybrid.ModelWriter.Tests;

/// <summary>The decoder written out plainly in double precision, without a cache: what a written graph must compute.</summary>
internal sealed class ReferenceModel(ModelShape shape, WeightSource weights)
{
    private readonly Dictionary<string, float[]> _weights = [];

    /// <summary>Runs a whole sequence.</summary>
    /// <param name="tokens">The sequence.</param>
    /// <param name="isLong">Whether the long factors of LongRoPE apply.</param>
    /// <returns>The logits of each position.</returns>
    public double[][] Run(int[] tokens, bool isLong = false)
    {
        var embedding = Weight(WeightNames.Embedding, shape.VocabularySize, shape.HiddenSize);
        var stream = tokens
            .Select(token => embedding.AsSpan(token * shape.HiddenSize, shape.HiddenSize).ToArray().Select(value => (double)value).ToArray())
            .ToArray();
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            Add(stream, Attend(layer, Normalize(stream, WeightNames.AttentionNorm(layer)), isLong));
            Add(stream, FeedForward(layer, Normalize(stream, WeightNames.FeedForwardNorm(layer))));
        }

        var last = Normalize(stream, WeightNames.FinalNorm);
        return Multiply(last, shape.TiedEmbeddings ? WeightNames.Embedding : WeightNames.Head, shape.VocabularySize, shape.HiddenSize);
    }

    private double[][] Attend(int layer, double[][] input, bool isLong)
    {
        var (query, key, value) = Project(layer, input);
        for (var position = 0; position < input.Length; position++)
        {
            for (var head = 0; head < shape.Heads; head++)
            {
                PrepareHead(Head(query[position], head), shape.QkNorm ? WeightNames.QueryNorm(layer) : null, position, isLong);
            }

            for (var head = 0; head < shape.KeyValueHeads; head++)
            {
                PrepareHead(Head(key[position], head), shape.QkNorm ? WeightNames.KeyNorm(layer) : null, position, isLong);
            }
        }

        var output = new double[input.Length][];
        for (var position = 0; position < input.Length; position++)
        {
            output[position] = new double[shape.QueryWidth];
            var first = Math.Max(0, position + 1 - (shape.SlidingWindow ?? int.MaxValue / 2));
            for (var head = 0; head < shape.Heads; head++)
            {
                var shared = head / (shape.Heads / shape.KeyValueHeads);
                var scores = new double[position + 1 - first];
                for (var i = 0; i < scores.Length; i++)
                {
                    scores[i] = Math.Exp(Dot(Head(query[position], head), Head(key[first + i], shared)) / Math.Sqrt(shape.HeadSize));
                }

                var sum = scores.Sum();
                for (var i = 0; i < scores.Length; i++)
                {
                    for (var d = 0; d < shape.HeadSize; d++)
                    {
                        Head(output[position], head)[d] += scores[i] / sum * Head(value[first + i], shared)[d];
                    }
                }
            }
        }

        return Multiply(output, WeightNames.AttentionOutput(layer), shape.HiddenSize, shape.QueryWidth);
    }

    private (double[][] Query, double[][] Key, double[][] Value) Project(int layer, double[][] input)
    {
        if (!shape.PackedQkv)
        {
            return (
                Project(input, WeightNames.Query(layer), shape.QueryWidth),
                Project(input, WeightNames.Key(layer), shape.KeyValueWidth),
                Project(input, WeightNames.Value(layer), shape.KeyValueWidth));
        }

        var (queries, keys) = (shape.QueryWidth, shape.KeyValueWidth);
        var packed = Project(input, WeightNames.Qkv(layer), queries + (2 * keys));
        return (
            [.. packed.Select(row => row[..queries])],
            [.. packed.Select(row => row[queries..(queries + keys)])],
            [.. packed.Select(row => row[(queries + keys)..])]);
    }

    private double[][] Project(double[][] input, string weight, int outputs)
    {
        var product = Multiply(input, weight, outputs, shape.HiddenSize);
        if (shape.QkvBias)
        {
            var bias = Weight(WeightNames.BiasOf(weight), outputs);
            foreach (var row in product)
            {
                for (var i = 0; i < outputs; i++)
                {
                    row[i] += bias[i];
                }
            }
        }

        return product;
    }

    private void PrepareHead(Span<double> head, string? norm, int position, bool isLong)
    {
        if (norm is not null)
        {
            Normalize(head, Weight(norm, shape.HeadSize));
        }

        var rope = shape.LongRope;
        var factors = isLong ? rope?.LongFactors : rope?.ShortFactors;
        var magnitude = (isLong ? rope?.LongAttentionFactor : rope?.ShortAttentionFactor)
            ?? (rope is null ? 1 : Math.Sqrt(1 + (Math.Log((double)shape.ContextLength / rope.OriginalContextLength) / Math.Log(rope.OriginalContextLength))));
        var half = shape.RotaryWidth / 2;
        for (var i = 0; i < half; i++)
        {
            var angle = position / (Math.Pow(shape.RopeTheta, 2.0 * i / shape.RotaryWidth) * (factors?[i] ?? 1));
            var (sine, cosine) = (Math.Sin(angle) * magnitude, Math.Cos(angle) * magnitude);
            (head[i], head[i + half]) =
                ((head[i] * cosine) - (head[i + half] * sine), (head[i + half] * cosine) + (head[i] * sine));
        }
    }

    private double[][] FeedForward(int layer, double[][] input)
    {
        var width = shape.FeedForwardSize;
        double[][] gate, up;
        if (shape.PackedGateUp)
        {
            var packed = Multiply(input, WeightNames.GateUp(layer), 2 * width, shape.HiddenSize);
            (gate, up) = ([.. packed.Select(row => row[..width])], [.. packed.Select(row => row[width..])]);
        }
        else
        {
            gate = Multiply(input, WeightNames.Gate(layer), width, shape.HiddenSize);
            up = Multiply(input, WeightNames.Up(layer), width, shape.HiddenSize);
        }

        var gated = gate.Zip(up, (left, right) => left.Zip(right, (g, u) => g / (1 + Math.Exp(-g)) * u).ToArray()).ToArray();
        return Multiply(gated, WeightNames.Down(layer), shape.HiddenSize, width);
    }

    private double[][] Multiply(double[][] input, string weight, int outputs, int inputs)
    {
        var matrix = Matrix(weight, outputs, inputs);
        return [.. input.Select(row =>
        {
            var result = new double[outputs];
            for (var output = 0; output < outputs; output++)
            {
                for (var i = 0; i < inputs; i++)
                {
                    result[output] += row[i] * matrix[(output * inputs) + i];
                }
            }

            return result;
        })];
    }

    private double[][] Normalize(double[][] input, string weight)
    {
        var scale = Weight(weight, shape.HiddenSize);
        double[][] output = [.. input.Select(row => row.ToArray())];
        foreach (var row in output)
        {
            Normalize(row, scale);
        }

        return output;
    }

    private void Normalize(Span<double> row, float[] scale)
    {
        var inverse = 1 / Math.Sqrt((Dot(row, row) / row.Length) + shape.NormEpsilon);
        for (var i = 0; i < row.Length; i++)
        {
            row[i] *= inverse * scale[i];
        }
    }

    private Span<double> Head(double[] row, int head) => row.AsSpan(head * shape.HeadSize, shape.HeadSize);

    private static double Dot(ReadOnlySpan<double> left, ReadOnlySpan<double> right)
    {
        var sum = 0.0;
        for (var i = 0; i < left.Length; i++)
        {
            sum += left[i] * right[i];
        }

        return sum;
    }

    private static void Add(double[][] stream, double[][] other)
    {
        for (var row = 0; row < stream.Length; row++)
        {
            for (var i = 0; i < stream[row].Length; i++)
            {
                stream[row][i] += other[row][i];
            }
        }
    }

    /// <summary>A matrix as the graph multiplies by it: 4-bit ones after quantizing and back.</summary>
    private float[] Matrix(string name, int outputs, int inputs)
    {
        var key = $"{name} multiplied";
        if (!_weights.TryGetValue(key, out var values))
        {
            values = [.. Weight(name, outputs, inputs)];
            if (shape.Weights == WeightFormat.Int4)
            {
                Int4Quantizer.RoundTrip(values, shape.Int4BlockSize);
            }

            _weights[key] = values;
        }

        return values;
    }

    private float[] Weight(string name, params int[] dimensions)
    {
        if (!_weights.TryGetValue(name, out var values))
        {
            values = new float[dimensions.Aggregate(1, (product, dimension) => product * dimension)];
            weights.Fill(name, dimensions, values);
            _weights[name] = values;
        }

        return values;
    }
}
