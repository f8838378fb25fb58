using System.Globalization;
using System.Text;
using System.Text.Unicode;

namespace Hybrid.Inference.Tokenization.Decoders;

/// <summary>Turns runs of <c>&lt;0xNN&gt;</c> tokens into the text their bytes spell, or into one U+FFFD for each byte.</summary>
/// <remarks>One bad byte spoils its whole run, so nothing of a run can be given before it ends.</remarks>
internal sealed class ByteFallbackDecoder : DecoderStep
{
    public override DecoderStage Start(DecoderStage next, bool fused)
    {
        var stage = new Stage(next);
        return fused ? new BufferStage(stage) : stage;
    }

    public override byte[]? Bytes(string token) => Parse(token) is var value && value >= 0 ? [(byte)value] : null;

    /// <summary>The byte a token names, or -1.</summary>
    private static int Parse(string token)
    {
        return token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && byte.TryParse(token.AsSpan(3, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            ? value
            : -1;
    }

    private sealed class Stage(DecoderStage next) : DecoderStage(next)
    {
        private readonly List<byte> _run = [];

        public override void Take(string token)
        {
            var value = Parse(token);
            if (value >= 0)
            {
                _run.Add((byte)value);
                return;
            }

            EndRun();
            Next.Take(token);
        }

        public override void Finish()
        {
            EndRun();
            base.Finish();
        }

        private void EndRun()
        {
            if (_run.Count == 0)
            {
                return;
            }

            var bytes = _run.ToArray();
            _run.Clear();
            if (Utf8.IsValid(bytes))
            {
                Next.Take(Encoding.UTF8.GetString(bytes));
                return;
            }

            foreach (var _ in bytes)
            {
                Next.Take("\uFFFD");
            }
        }
    }
}
