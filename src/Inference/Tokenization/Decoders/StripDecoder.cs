using System.Text;

namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Removes up to so many of one character from both ends of each token.</summary>
internal sealed class StripDecoder(Rune content, int start, int stop) : DecoderStep
{
    public override DecoderStage Start(DecoderStage next, bool fused)
    {
        return fused ? new Stage(content, start, stop, next) : new EachStage(content, start, stop, next);
    }

    /// <summary>Strips one token that comes in parts, holding back what may turn out to be its end.</summary>
    private sealed class Stage(Rune content, int start, int stop, DecoderStage next) : DecoderStage(next)
    {
        private readonly int _start = start;
        private int _toCut = start;
        private int _held;

        public override void Take(string token)
        {
            var text = new StringBuilder(token.Length);
            foreach (var rune in token.EnumerateRunes())
            {
                if (rune != content)
                {
                    _toCut = 0;
                    AppendHeld(text, _held);
                    text.Append(rune.ToString());
                }
                else if (_toCut > 0)
                {
                    _toCut--;
                }
                else
                {
                    _held++;
                    AppendHeld(text, _held - stop);
                }
            }

            Next.Take(text.ToString());
        }

        /// <summary>Starts over with the next token, dropping what was held.</summary>
        public void Restart()
        {
            _toCut = _start;
            _held = 0;
        }

        private void AppendHeld(StringBuilder text, int count)
        {
            for (; count > 0; count--)
            {
                text.Append(content.ToString());
                _held--;
            }
        }
    }

    private sealed class EachStage(Rune content, int start, int stop, DecoderStage next) : DecoderStage(next)
    {
        private readonly Stage _stage = new(content, start, stop, next);

        public override void Take(string token)
        {
            _stage.Take(token);
            _stage.Restart();
        }
    }
}
