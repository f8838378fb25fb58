using System.Text;

namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>The end of a stream: keeps text until it is fetched.</summary>
internal sealed class CollectStage() : DecoderStage(null)
{
    private readonly StringBuilder _text = new();

    public override void Take(string token) => _text.Append(token);

    public override void Finish()
    {
        // Nothing is held back here.
    }

    public string Fetch()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}
