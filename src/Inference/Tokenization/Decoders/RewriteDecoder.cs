using System.Text;
using Hybrid.Inference.Tokenization.Patterns;

namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Replaces every match of a pattern in each token.</summary>
internal sealed class RewriteDecoder(TextPattern pattern, string content) : DecoderStep
{
    public override DecoderStage Start(DecoderStage next, bool fused)
    {
        // A single character can be replaced in parts of a token as well as in the whole.
        var stage = new Stage(this, next);
        return fused && pattern.Literal is not { Length: 1 } ? new BufferStage(stage) : stage;
    }

    public override string Rewrite(string token)
    {
        if (pattern.Literal is { } literal)
        {
            return token.Replace(literal, content, StringComparison.Ordinal);
        }

        var matches = new List<TextRange>();
        pattern.FindMatches(token, matches);
        var text = new StringBuilder();
        var at = 0;
        foreach (var match in matches)
        {
            text.Append(token, at, match.Start - at).Append(content);
            at = match.End;
        }

        return text.Append(token, at, token.Length - at).ToString();
    }

    private sealed class Stage(RewriteDecoder step, DecoderStage next) : DecoderStage(next)
    {
        public override void Take(string token) => Next.Take(step.Rewrite(token));
    }
}
