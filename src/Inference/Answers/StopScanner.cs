namespace Hybrid.Inference.Answers;

/// <summary>Finds stop sequences in text that arrives in pieces, and holds back what may become one.</summary>
/// <remarks>For one answer; not thread safe.</remarks>
/// <param name="stops">The sequences; none of them empty.</param>
public sealed class StopScanner(IReadOnlyList<string> stops)
{
    private string _held = string.Empty;

    /// <summary>The stop sequence that was found, or null.</summary>
    public string? Found { get; private set; }

    /// <summary>Takes a piece and gives what is certainly not part of a stop sequence; after a find, the text before it.</summary>
    public string Append(string piece)
    {
        if (stops.Count == 0 || piece.Length == 0)
        {
            return piece;
        }

        var text = _held + piece;
        var at = -1;
        foreach (var stop in stops)
        {
            var index = text.IndexOf(stop, StringComparison.Ordinal);
            if (index >= 0 && (at < 0 || index < at))
            {
                (at, Found) = (index, stop);
            }
        }

        if (Found is not null)
        {
            _held = string.Empty;
            return text[..at];
        }

        var free = text.Length - LongestBeginning(text);
        _held = text[free..];
        return text[..free];
    }

    /// <summary>Gives what was held back, once nothing follows.</summary>
    public string Flush()
    {
        var held = _held;
        _held = string.Empty;
        return held;
    }

    /// <summary>Length of the longest end of the text that begins a stop sequence.</summary>
    private int LongestBeginning(string text)
    {
        var longest = 0;
        foreach (var stop in stops)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
