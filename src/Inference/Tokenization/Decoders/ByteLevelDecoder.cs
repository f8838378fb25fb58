using System.Text;

namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Turns the alphabet of bytes back into bytes, and those into text as they complete characters.</summary>
internal sealed class ByteLevelDecoder : DecoderStep
{
    public override bool Fuses => true;

    public override DecoderStage Start(DecoderStage next, bool fused)
    {
        var stage = new Stage(this, next);
        return fused ? new BufferStage(stage) : stage;
    }

    public override byte[] Bytes(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            var value = ByteAlphabet.ToByte(token[i]);
            if (value < 0)
            {
                return Encoding.UTF8.GetBytes(token);
            }

            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private sealed class Stage(ByteLevelDecoder step, DecoderStage next) : DecoderStage(next)
    {
        private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

        public override void Take(string token) => Give(step.Bytes(token), flush: false);

        public override void Finish()
        {
            Give([], flush: true);
            base.Finish();
        }

        private void Give(byte[] bytes, bool flush)
        {
            var chars = new char[_decoder.GetCharCount(bytes, flush)];
            _decoder.GetChars(bytes, chars, flush);
            if (chars.Length > 0)
            {
                Next.Take(new string(chars));
            }
        }
    }
}
