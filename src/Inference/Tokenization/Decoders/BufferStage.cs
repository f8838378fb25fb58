using System.Text;

namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Waits for the whole of a fused token, for a stage that can do nothing with parts.</summary>
internal sealed class BufferStage(DecoderStage next) : DecoderStage(next)
{
    private readonly StringBuilder _text = new();

    public override void Take(string token) => _text.Append(token);

    public override void Finish()
    {
        Next.Take(_text.ToString());
        _text.Clear();
        base.Finish();
    }
}
