namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Stands in where the file names no decoder: tokens with spaces between them.</summary>
internal sealed class SpaceDecoder : DecoderStep
{
    public override DecoderStage Start(DecoderStage next, bool fused) => new Stage(next);

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        private bool _started;

        public override void Take(string token)
        {
            Next.Take(_started ? " " + token : token);
            _started = true;
        }
    }
}
