using System.Text;

namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Rewrites a text from left to right, carrying the origin of each character along.</summary>
internal sealed class NormalizedTextBuilder(NormalizedText source)
{
    private readonly StringBuilder _text = new(source.Text.Length);
    private readonly List<TextRange>? _origins = source.Origins is null ? null : new List<TextRange>(source.Text.Length);

    /// <summary>Takes part of the source as it is.</summary>
    public void Keep(int start, int length)
    {
        _text.Append(source.Text, start, length);
        _origins?.AddRange(source.Origins.AsSpan(start, length));
    }

    /// <summary>Puts other text in the place of part of the source.</summary>
    public void Replace(int start, int length, ReadOnlySpan<char> content)
    {
        _text.Append(content);
        if (_origins is null)
        {
            return;
        }

        var from = start < source.Origins!.Length ? source.Origins[start].Start : 0;
        var origin = new TextRange(from, length == 0 ? from : source.Origins[start + length - 1].End);
        for (var i = 0; i < content.Length; i++)
        {
            _origins.Add(origin);
        }
    }

    public NormalizedText Build() => new(_text.ToString(), _origins?.ToArray());
}
