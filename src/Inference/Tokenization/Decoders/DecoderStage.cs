namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>One running step of decoding: takes tokens, or parts of one fused token, and passes text on. Belongs to one stream.</summary>
internal abstract class DecoderStage(DecoderStage? next)
{
    /// <value>The stage that receives what this one gives.</value>
    protected DecoderStage Next => next!;

    /// <summary>Takes the next token, well-formed text.</summary>
    public abstract void Take(string token);

    /// <summary>Learns that no token follows, and gives what was held back.</summary>
    public virtual void Finish() => Next.Finish();
}
