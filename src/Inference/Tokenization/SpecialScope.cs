namespace Hybrid.Inference.Tokenization;

/// <summary>Where in a text special tokens are meant.</summary>
internal sealed class SpecialScope
{
    private readonly List<TextRange> _ranges;

    private SpecialScope(List<TextRange> ranges) => _ranges = ranges;

    public static SpecialScope Nowhere { get; } = new([]);

    public static SpecialScope Everywhere { get; } = new([new TextRange(0, int.MaxValue)]);

    /// <summary>Within the template's segments, where those that touch count as one.</summary>
    public static SpecialScope WithinTemplate(IEnumerable<PromptSegment> segments)
    {
        var ranges = new List<TextRange>();
        var at = 0;
        foreach (var segment in segments)
        {
            var end = at + segment.Text.Length;
            if (segment.IsTemplate && end > at)
            {
                if (ranges.Count > 0 && ranges[^1].End == at)
                {
                    ranges[^1] = ranges[^1] with { End = end };
                }
                else
                {
                    ranges.Add(new TextRange(at, end));
                }
            }

            at = end;
        }

        return new SpecialScope(ranges);
    }

    /// <summary>Whether the whole of a range lies where special tokens are meant.</summary>
    public bool Contains(TextRange range)
    {
        var low = 0;
        var high = _ranges.Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (_ranges[middle].End < range.End)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low < _ranges.Count && _ranges[low].Start <= range.Start;
    }
}
