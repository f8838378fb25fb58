using System.Text;

namespace Hybrid.Inference.Tokenization.PreTokenizers;

/// <summary>Cuts as GPT-2 did, and writes each piece in the alphabet of bytes.</summary>
/// <param name="addPrefixSpace">Whether a piece gets a space in front if it has none.</param>
/// <param name="split">Cuts by GPT-2's pattern; null to cut nothing.</param>
/// <param name="write">
/// Whether to write the alphabet here. The last step of all leaves that to the model, which turns bytes into symbols without a detour.
/// </param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, SplitPreTokenizer? split, bool write) : PreTokenizer
{
    /// <summary>GPT-2's pattern; ByteLevel::RE in huggingface/tokenizers.</summary>
    public const string Pattern = @"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+";

    public override void Apply(IReadOnlyList<TextPiece> pieces, List<TextPiece> output)
    {
        if (addPrefixSpace)
        {
            pieces = [.. pieces.Select(WithSpace)];
        }

        var first = output.Count;
        if (split is null)
        {
            output.AddRange(pieces);
        }
        else
        {
            split.Apply(pieces, output);
        }

        for (var i = first; write && i < output.Count; i++)
        {
            var bytes = Encoding.UTF8.GetBytes(output[i].Span.ToString());
            var text = string.Create(bytes.Length, bytes, (chars, source) => ByteAlphabet.ToChars(source, chars));
            output[i] = TextPiece.Whole(text, output[i].AtStart);
        }
    }

    private static TextPiece WithSpace(TextPiece piece)
    {
        return piece.Span.StartsWith(' ') ? piece : TextPiece.Whole($" {piece.Span}", piece.AtStart);
    }
}
