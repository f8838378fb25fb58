namespace Hybrid.ModelWriter;

/// <summary>Finds everything about a shape that cannot be written or that the runtime would refuse.</summary>
internal static class ShapeCheck
{
    public static void ThrowIfInvalid(ModelShape shape, SideFiles sideFiles)
    {
        var failures = Failures(shape, sideFiles).ToList();
        if (failures.Count > 0)
        {
            throw new ArgumentException(string.Join(Environment.NewLine, failures), nameof(shape));
        }
    }

    private static IEnumerable<string> Failures(ModelShape shape, SideFiles sideFiles) =>
        [.. Sizes(shape), .. Rotation(shape), .. Storage(shape), .. Names(shape.IoNames), .. Tokens(shape, sideFiles)];

    private static IEnumerable<string> Sizes(ModelShape shape)
    {
        foreach (var (name, value) in new[]
        {
            (nameof(ModelShape.HiddenSize), shape.HiddenSize),
            (nameof(ModelShape.Layers), shape.Layers),
            (nameof(ModelShape.Heads), shape.Heads),
            (nameof(ModelShape.KeyValueHeads), shape.KeyValueHeads),
            (nameof(ModelShape.HeadSize), shape.HeadSize),
            (nameof(ModelShape.FeedForwardSize), shape.FeedForwardSize),
            (nameof(ModelShape.VocabularySize), shape.VocabularySize),
            (nameof(ModelShape.ContextLength), shape.ContextLength),
            (nameof(ModelShape.SlidingWindow), shape.SlidingWindow ?? 1),
        })
        {
            if (value < 1)
            {
                yield return $"{name} is {value}; it must be positive.";
            }
        }

        if (shape.KeyValueHeads > 0 && shape.Heads % shape.KeyValueHeads != 0)
        {
            yield return $"{nameof(ModelShape.Heads)} is {shape.Heads}; it must be a multiple of {nameof(ModelShape.KeyValueHeads)}, {shape.KeyValueHeads}.";
        }

        if (!(shape.NormEpsilon > 0))
        {
            yield return $"{nameof(ModelShape.NormEpsilon)} is {shape.NormEpsilon}; it must be positive.";
        }

        if (!Enum.IsDefined(shape.KeyValueType))
        {
            yield return $"{nameof(ModelShape.KeyValueType)} is {shape.KeyValueType}, which is unknown.";
        }

        if (!Enum.IsDefined(shape.LogitsType))
        {
            yield return $"{nameof(ModelShape.LogitsType)} is {shape.LogitsType}, which is unknown.";
        }
    }

    private static IEnumerable<string> Rotation(ModelShape shape)
    {
        if (!(shape.RopeTheta > 1))
        {
            yield return $"{nameof(ModelShape.RopeTheta)} is {shape.RopeTheta}; it must be greater than 1.";
        }

        if (shape.PartialRotaryFactor is not (> 0 and <= 1))
        {
            yield return $"{nameof(ModelShape.PartialRotaryFactor)} is {shape.PartialRotaryFactor}; it must lie in (0, 1].";
        }
        else if (shape.RotaryWidth < 2 || shape.RotaryWidth % 2 != 0)
        {
            yield return $"{nameof(ModelShape.HeadSize)} × {nameof(ModelShape.PartialRotaryFactor)} is {shape.RotaryWidth}; "
                + "it must be even, because rotation works on pairs.";
        }

        // The two widths are those ONNX Runtime 1.31.1 was seen to accept.
        if (shape.HeadSize % 8 != 0)
        {
            yield return $"{nameof(ModelShape.HeadSize)} is {shape.HeadSize}; the attention node needs a multiple of 8.";
        }
        else if (!shape.AttentionInputsIncludePositionIds && (shape.HeadSize % 16 != 0 || shape.RotaryWidth % 16 != 0))
        {
            yield return $"{nameof(ModelShape.HeadSize)} is {shape.HeadSize}, of which {shape.RotaryWidth} are rotated; the attention node "
                + $"rotates multiples of 16 only. Choose such sizes, or set {nameof(ModelShape.AttentionInputsIncludePositionIds)}.";
        }

        if (shape.LongRope is not { } rope)
        {
            yield break;
        }

        if (rope.OriginalContextLength < 1 || rope.OriginalContextLength >= shape.ContextLength)
        {
            yield return $"{nameof(LongRope)}.{nameof(LongRope.OriginalContextLength)} is {rope.OriginalContextLength}; "
                + $"it must lie in [1, {nameof(ModelShape.ContextLength)}), and that is {shape.ContextLength}.";
        }

        foreach (var (name, factors) in new[]
        {
            (nameof(LongRope.ShortFactors), rope.ShortFactors),
            (nameof(LongRope.LongFactors), rope.LongFactors),
        })
        {
            if (factors.Count != shape.RotaryWidth / 2 || factors.Any(factor => !(factor > 0)))
            {
                yield return $"{nameof(LongRope)}.{name} has {factors.Count} factors; "
                    + $"it must have one positive factor for each of the {shape.RotaryWidth / 2} rotated pairs.";
            }
        }
    }

    private static IEnumerable<string> Storage(ModelShape shape)
    {
        if (shape.Weights == WeightFormat.Float32)
        {
            yield break;
        }

        if (shape.Weights != WeightFormat.Int4)
        {
            yield return $"{nameof(ModelShape.Weights)} is {shape.Weights}, which is unknown.";
        }

        if (shape.Int4AccuracyLevel is < 0 or > 4)
        {
            yield return $"{nameof(ModelShape.Int4AccuracyLevel)} is {shape.Int4AccuracyLevel}; it must lie in [0, 4].";
        }

        var block = shape.Int4BlockSize;
        if (!Int4Quantizer.IsBlockSize(block))
        {
            yield return $"{nameof(ModelShape.Int4BlockSize)} is {block}; it must be a power of two from 16.";
            yield break;
        }

        foreach (var (name, inputs) in new[]
        {
            (nameof(ModelShape.HiddenSize), shape.HiddenSize),
            ($"{nameof(ModelShape.Heads)} × {nameof(ModelShape.HeadSize)}", shape.QueryWidth),
            (nameof(ModelShape.FeedForwardSize), shape.FeedForwardSize),
        })
        {
            if (inputs % block != 0)
            {
                yield return $"{name} is {inputs}; with {nameof(WeightFormat.Int4)} it must be a multiple of "
                    + $"{nameof(ModelShape.Int4BlockSize)}, {block}.";
            }
        }
    }

    private static IEnumerable<string> Names(IoNames names)
    {
        foreach (var (name, pattern) in new[]
        {
            (nameof(IoNames.PastKey), names.PastKey),
            (nameof(IoNames.PastValue), names.PastValue),
            (nameof(IoNames.PresentKey), names.PresentKey),
            (nameof(IoNames.PresentValue), names.PresentValue),
        })
        {
            if (!pattern.Contains(IoNames.LayerPlaceholder, StringComparison.Ordinal))
            {
                yield return $"{nameof(IoNames)}.{name} is '{pattern}'; it must contain {IoNames.LayerPlaceholder} for the layer.";
            }
        }

        string[] all =
        [
            names.InputIds, names.AttentionMask, names.PositionIds, names.Logits,
            names.PastKey, names.PastValue, names.PresentKey, names.PresentValue,
        ];
        foreach (var repeated in all.GroupBy(name => name).Where(group => group.Count() > 1))
        {
            yield return $"{nameof(IoNames)} gives '{repeated.Key}' {repeated.Count()} times; names must differ.";
        }
    }

    private static IEnumerable<string> Tokens(ModelShape shape, SideFiles sideFiles)
    {
        if (sideFiles.EosTokenIds.Count == 0)
        {
            yield return $"{nameof(SideFiles)}.{nameof(SideFiles.EosTokenIds)} is empty; without one a generation would never end.";
        }

        int[] ids = [sideFiles.BosTokenId ?? 0, sideFiles.PadTokenId, .. sideFiles.EosTokenIds];
        foreach (var id in ids.Where(id => id < 0 || id >= shape.VocabularySize).Distinct())
        {
            yield return $"{nameof(SideFiles)} names token {id}; {nameof(ModelShape.VocabularySize)} is {shape.VocabularySize}.";
        }
    }
}
