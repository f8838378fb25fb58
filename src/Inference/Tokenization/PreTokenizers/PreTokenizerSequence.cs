namespace Hybrid.Inference.Tokenization.PreTokenizers;

/// <summary>Pre-tokenizers one after another.</summary>
internal sealed class PreTokenizerSequence(IReadOnlyList<PreTokenizer> steps) : PreTokenizer
{
    public override void Apply(IReadOnlyList<TextPiece> pieces, List<TextPiece> output)
    {
        for (var i = 0; i + 1 < steps.Count; i++)
        {
            var next = new List<TextPiece>(pieces.Count);
            steps[i].Apply(pieces, next);
            pieces = next;
        }

        if (steps.Count == 0)
        {
            output.AddRange(pieces);
        }
        else
        {
            steps[^1].Apply(pieces, output);
        }
    }
}
