using System.Text;
using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference.Chat.Templates;

/// <summary>A string that remembers which of its characters the template wrote and which somebody typed.</summary>
/// <remarks>Immutable. Every cut is a <see cref="Slice"/>, so provenance survives trimming and splitting.</remarks>
internal sealed class JinjaText
{
    public static readonly JinjaText Empty = new("", []);

    // Doubling a string in a loop is the one way in which a short template could ask for any amount of memory.
    private const int MaxLength = 64 * 1024 * 1024;

    // Where each run ends, and whether the template wrote it; runs are never empty and neighbours differ.
    private readonly (int End, bool IsTemplate)[] _runs;

    private JinjaText(string value, (int End, bool IsTemplate)[] runs)
    {
        (Value, _runs) = (value, runs);
    }

    public string Value { get; }

    public static JinjaText Template(string text) => text.Length == 0 ? Empty : new JinjaText(text, [(text.Length, true)]);

    public static JinjaText Typed(string text) => text.Length == 0 ? Empty : new JinjaText(text, [(text.Length, false)]);

    public static JinjaText Concat(IReadOnlyList<JinjaText> parts)
    {
        var length = parts.Sum(part => (long)part.Value.Length);
        if (length > MaxLength)
        {
            throw new JinjaException($"the text grows beyond {MaxLength} characters");
        }

        var value = new StringBuilder((int)length);
        var runs = new List<(int End, bool IsTemplate)>();
        foreach (var part in parts)
        {
            foreach (var (end, isTemplate) in part._runs)
            {
                if (runs.Count > 0 && runs[^1].IsTemplate == isTemplate)
                {
                    runs.RemoveAt(runs.Count - 1);
                }

                runs.Add((value.Length + end, isTemplate));
            }

            value.Append(part.Value);
        }

        return new JinjaText(value.ToString(), [.. runs]);
    }

    public JinjaText Slice(int start, int length)
    {
        if (length <= 0)
        {
            return Empty;
        }

        if (length == Value.Length)
        {
            return this;
        }

        var runs = new List<(int End, bool IsTemplate)>();
        foreach (var (end, isTemplate) in _runs)
        {
            if (end > start)
            {
                runs.Add((Math.Min(end, start + length) - start, isTemplate));
            }

            if (end >= start + length)
            {
                break;
            }
        }

        return new JinjaText(Value.Substring(start, length), [.. runs]);
    }

    /// <summary>Python's <c>strip</c> and its one-sided kin; null strips whitespace.</summary>
    public JinjaText Strip(string? characters, bool atStart, bool atEnd)
    {
        var (start, end) = (0, Value.Length);
        while (atStart && start < end && Goes(Value[start]))
        {
            start++;
        }

        while (atEnd && end > start && Goes(Value[end - 1]))
        {
            end--;
        }

        return Slice(start, end - start);

        // Python counts the four separators U+001C to U+001F as whitespace, .NET does not.
        bool Goes(char c) => characters?.Contains(c) ?? (char.IsWhiteSpace(c) || c is >= '\x1C' and <= '\x1F');
    }

    public List<object?> Split(string separator)
    {
        var parts = new List<object?>();
        var start = 0;
        int next;
        while ((next = Value.IndexOf(separator, start, StringComparison.Ordinal)) >= 0)
        {
            parts.Add(Slice(start, next - start));
            start = next + separator.Length;
        }

        parts.Add(Slice(start, Value.Length - start));
        return parts;
    }

    public JinjaText Replace(string old, JinjaText with)
    {
        var pieces = new List<JinjaText>();
        foreach (var part in Split(old))
        {
            if (pieces.Count > 0)
            {
                pieces.Add(with);
            }

            pieces.Add((JinjaText)part!);
        }

        return Concat(pieces);
    }

    public IReadOnlyList<PromptSegment> ToSegments()
    {
        var segments = new List<PromptSegment>(_runs.Length);
        var start = 0;
        foreach (var (end, isTemplate) in _runs)
        {
            segments.Add(new PromptSegment(Value[start..end], isTemplate));
            start = end;
        }

        return segments;
    }

    public override string ToString() => Value;
}
