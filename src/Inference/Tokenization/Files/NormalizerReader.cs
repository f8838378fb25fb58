using Hybrid.Inference.Tokenization.Normalizers;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads <c>normalizer</c>.</summary>
internal static class NormalizerReader
{
    private const string Known = "Sequence, NFC, NFD, NFKC, NFKD, Prepend, Replace, Lowercase, Strip, StripAccents, BertNormalizer";

    public static TextNormalizer Read(TokenizerNode node)
    {
        var type = node.Required("type");
        return type.Text() switch
        {
            "Sequence" => new NormalizerSequence([.. node.Required("normalizers").Items().Select(Read)]),
            "NFC" => new UnicodeFormNormalizer(compatible: false, compose: true),
            "NFD" => new UnicodeFormNormalizer(compatible: false, compose: false),
            "NFKC" => new UnicodeFormNormalizer(compatible: true, compose: true),
            "NFKD" => new UnicodeFormNormalizer(compatible: true, compose: false),
            "Prepend" => new PrependNormalizer(node.Required("prepend").Text()),
            "Replace" => new ReplaceNormalizer(PatternReader.Read(node.Required("pattern")), node.Required("content").Text()),
            "Lowercase" => CharacterNormalizer.Lowercase(),
            "Strip" => new StripNormalizer(node.Required("strip_left").Flag(), node.Required("strip_right").Flag()),
            "BertNormalizer" => BertNormalizer.Create(
                node.Flag("clean_text", true), node.Flag("handle_chinese_chars", true), node.Optional("strip_accents")?.Flag(), node.Flag("lowercase", true)),
            "StripAccents" => CharacterNormalizer.StripAccents(),
            _ => throw type.Unsupported(Known),
        };
    }
}
