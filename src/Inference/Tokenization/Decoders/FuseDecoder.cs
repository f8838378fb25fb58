namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Makes one token of all; which changes only what the steps after it see.</summary>
internal sealed class FuseDecoder : DecoderStep
{
    public override bool Fuses => true;

    public override DecoderStage Start(DecoderStage next, bool fused) => next;
}
