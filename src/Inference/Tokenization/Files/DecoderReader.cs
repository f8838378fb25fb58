using System.Text;
using Hybrid.Inference.Tokenization.Decoders;
using Hybrid.Inference.Tokenization.PreTokenizers;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads <c>decoder</c>.</summary>
internal static class DecoderReader
{
    private const string Known = "Sequence, ByteLevel, ByteFallback, Fuse, Metaspace, Replace, Strip";
    private const int MostStripped = 1 << 16;

    public static DecoderChain Read(TokenizerNode? node)
    {
        var steps = new List<DecoderStep>();
        if (node is { } decoder)
        {
            Read(decoder, steps);
        }
        else
        {
            steps.Add(new SpaceDecoder());
        }

        return new DecoderChain(steps);
    }

    private static void Read(TokenizerNode node, List<DecoderStep> steps)
    {
        var type = node.Required("type");
        switch (type.Text())
        {
            case "Sequence":
                foreach (var item in node.Required("decoders").Items())
                {
                    Read(item, steps);
                }

                break;
            case "ByteLevel":
                steps.Add(new ByteLevelDecoder());
                break;
            case "ByteFallback":
                steps.Add(new ByteFallbackDecoder());
                break;
            case "Fuse":
                steps.Add(new FuseDecoder());
                break;
            case "Metaspace":
                var prepended = PreTokenizerReader.ReadPrepend(node) != MetaspacePreTokenizer.Prepend.Never;
                steps.Add(new MetaspaceDecoder(PreTokenizerReader.ReadReplacement(node), prepended));
                break;
            case "Replace":
                steps.Add(new RewriteDecoder(PatternReader.Read(node.Required("pattern")), node.Required("content").Text()));
                break;
            case "Strip":
                steps.Add(ReadStrip(node));
                break;
            default:
                throw type.Unsupported(Known);
        }
    }

    private static StripDecoder ReadStrip(TokenizerNode node)
    {
        var content = node.Required("content");
        var text = content.Text();
        if (Rune.DecodeFromUtf16(text, out var rune, out var length) != System.Buffers.OperationStatus.Done || length != text.Length)
        {
            throw content.Wrong("one character");
        }

        return new StripDecoder(rune, node.Required("start").Integer(0, MostStripped), node.Required("stop").Integer(0, MostStripped));
    }
}
