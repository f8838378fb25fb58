namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>One step of the file's <c>decoder</c>; makes a stage for each stream. Safe for any number of threads.</summary>
internal abstract class DecoderStep
{
    /// <value>Whether what leaves this step is one token, however many entered.</value>
    public virtual bool Fuses => false;

    /// <summary>Makes the stage of a stream.</summary>
    /// <param name="next">The stage after it.</param>
    /// <param name="fused">Whether a step before this one fuses, so that the stage sees parts of one token.</param>
    public abstract DecoderStage Start(DecoderStage next, bool fused);

    /// <summary>The bytes a token stands for if this step decides that alone, else null.</summary>
    public virtual byte[]? Bytes(string token) => null;

    /// <summary>What a token becomes in the middle of a text.</summary>
    public virtual string Rewrite(string token) => token;
}
