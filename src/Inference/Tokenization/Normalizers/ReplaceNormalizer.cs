using Hybrid.Inference.Tokenization.Patterns;

namespace Hybrid.Inference.Tokenization.Normalizers;

/// <summary>Replaces every match of a pattern.</summary>
internal sealed class ReplaceNormalizer(TextPattern pattern, string content) : TextNormalizer
{
    public override NormalizedText Apply(NormalizedText source)
    {
        var matches = new List<TextRange>();
        pattern.FindMatches(source.Text, matches);
        if (matches.Count == 0)
        {
            return source;
        }

        var builder = new NormalizedTextBuilder(source);
        var at = 0;
        foreach (var match in matches)
        {
            builder.Keep(at, match.Start - at);
            builder.Replace(match.Start, match.End - match.Start, content);
            at = match.End;
        }

        builder.Keep(at, source.Text.Length - at);
        return builder.Build();
    }
}
