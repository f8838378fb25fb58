namespace Hybrid.Inference.Tokenization.PreTokenizers;

/// <summary>Writes spaces as a visible character, puts one in front where asked, and cuts before each.</summary>
internal sealed class MetaspacePreTokenizer(string replacement, MetaspacePreTokenizer.Prepend prepend, bool split) : PreTokenizer
{
    private readonly SplitPreTokenizer? _split = split
        ? new SplitPreTokenizer(Patterns.TextPattern.ForLiteral(replacement).FindMatches, SplitBehavior.MergedWithNext, invert: false)
        : null;

    /// <summary>Where the replacement is put in front of a piece that lacks it.</summary>
    public enum Prepend
    {
        Always,
        First,
        Never,
    }

    public override void Apply(IReadOnlyList<TextPiece> pieces, List<TextPiece> output)
    {
        var spaced = new List<TextPiece>(pieces.Count);
        foreach (var piece in pieces)
        {
            var text = piece.Span.ToString().Replace(" ", replacement, StringComparison.Ordinal);
            var wanted = prepend == Prepend.Always || (prepend == Prepend.First && piece.AtStart);
            if (wanted && !text.StartsWith(replacement, StringComparison.Ordinal))
            {
                text = replacement + text;
            }

            spaced.Add(TextPiece.Whole(text, piece.AtStart));
        }

        if (_split is null)
        {
            output.AddRange(spaced);
        }
        else
        {
            _split.Apply(spaced, output);
        }
    }
}
