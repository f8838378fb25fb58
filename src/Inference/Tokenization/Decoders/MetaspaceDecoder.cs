namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Turns the visible space back into a space, and drops it from the first token if one was put there.</summary>
internal sealed class MetaspaceDecoder(string replacement, bool prepended) : DecoderStep
{
    public override DecoderStage Start(DecoderStage next, bool fused) => new Stage(replacement, prepended, fused, next);

    public override string Rewrite(string token) => token.Replace(replacement, " ", StringComparison.Ordinal);

    private sealed class Stage(string replacement, bool prepended, bool fused, DecoderStage next) : DecoderStage(next)
    {
        private bool _dropping = prepended;

        public override void Take(string token)
        {
            Next.Take(token.Replace(replacement, _dropping ? "" : " ", StringComparison.Ordinal));
            _dropping &= fused;
        }
    }
}
