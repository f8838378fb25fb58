using Hybrid.Inference.Tokenization.Patterns;
using Hybrid.Inference.Tokenization.PreTokenizers;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads <c>pre_tokenizer</c>.</summary>
internal static class PreTokenizerReader
{
    private const string Known =
        "Sequence, Split, ByteLevel, Digits, Metaspace, Whitespace, WhitespaceSplit, Punctuation, BertPreTokenizer";

    /// <summary>Reads the steps.</summary>
    /// <returns>The pre-tokenizer, and whether the model shall read words as bytes because ByteLevel is the last step.</returns>
    public static (PreTokenizer PreTokenizer, bool InBytes) Read(TokenizerNode node)
    {
        var leaves = new List<TokenizerNode>();
        Flatten(node, leaves);
        var inBytes = leaves.Count > 0 && leaves[^1].Required("type").Text() == "ByteLevel";
        var steps = leaves.Select((leaf, index) => ReadStep(leaf, writeBytes: !inBytes || index + 1 < leaves.Count)).ToList();
        return (new PreTokenizerSequence(steps), inBytes);
    }

    private static void Flatten(TokenizerNode node, List<TokenizerNode> leaves)
    {
        if (node.Required("type").Text() != "Sequence")
        {
            leaves.Add(node);
            return;
        }

        foreach (var item in node.Required("pretokenizers").Items())
        {
            Flatten(item, leaves);
        }
    }

    private static PreTokenizer ReadStep(TokenizerNode node, bool writeBytes)
    {
        var type = node.Required("type");
        return type.Text() switch
        {
            "Split" => new SplitPreTokenizer(
                PatternReader.Read(node.Required("pattern")).FindMatches,
                ReadBehavior(node.Required("behavior")),
                node.Flag("invert", false)),
            "ByteLevel" => new ByteLevelPreTokenizer(
                node.Flag("add_prefix_space", true), node.Flag("use_regex", true) ? SplitLikeGpt2() : null, writeBytes),
            "Digits" => SplitPreTokenizer.AtCharacters(
                UnicodeClasses.IsNumber, node.Flag("individual_digits", false) ? SplitBehavior.Isolated : SplitBehavior.Contiguous),
            "Metaspace" => new MetaspacePreTokenizer(
                ReadReplacement(node), ReadPrepend(node), node.Flag("split", true)),
            "Whitespace" => SplitPreTokenizer.IntoWords(),
            "WhitespaceSplit" => SplitPreTokenizer.AtCharacters(UnicodeClasses.IsWhiteSpace, SplitBehavior.Removed),
            "BertPreTokenizer" => new PreTokenizerSequence(
            [
                SplitPreTokenizer.AtCharacters(UnicodeClasses.IsWhiteSpace, SplitBehavior.Removed),
                SplitPreTokenizer.AtCharacters(UnicodeClasses.IsPunctuation, SplitBehavior.Isolated),
            ]),
            "Punctuation" => SplitPreTokenizer.AtCharacters(
                UnicodeClasses.IsPunctuation, node.Optional("behavior") is { } behavior ? ReadBehavior(behavior) : SplitBehavior.Isolated),
            _ => throw type.Unsupported(Known),
        };
    }

    private static SplitPreTokenizer SplitLikeGpt2()
    {
        var pattern = TextPattern.ForRegex(ByteLevelPreTokenizer.Pattern);
        return new SplitPreTokenizer(pattern.FindMatches, SplitBehavior.Isolated, invert: false);
    }

    private static SplitBehavior ReadBehavior(TokenizerNode node)
    {
        return node.Text() switch
        {
            "Removed" => SplitBehavior.Removed,
            "Isolated" => SplitBehavior.Isolated,
            "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
            "MergedWithNext" => SplitBehavior.MergedWithNext,
            "Contiguous" => SplitBehavior.Contiguous,
            _ => throw node.Wrong("one of Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous"),
        };
    }

    /// <summary>The character that Metaspace writes for a space.</summary>
    public static string ReadReplacement(TokenizerNode node)
    {
        var replacement = node.Required("replacement");
        var text = replacement.Text();
        return text.EnumerateRunes().Count() == 1 ? text : throw replacement.Wrong("one character");
    }

    /// <summary>Where Metaspace puts that character in front; older files say it with <c>add_prefix_space</c>.</summary>
    public static MetaspacePreTokenizer.Prepend ReadPrepend(TokenizerNode node)
    {
        if (node.Optional("prepend_scheme") is not { } scheme)
        {
            return node.Flag("add_prefix_space", true) ? MetaspacePreTokenizer.Prepend.Always : MetaspacePreTokenizer.Prepend.Never;
        }

        return scheme.Text() switch
        {
            "always" => MetaspacePreTokenizer.Prepend.Always,
            "first" => MetaspacePreTokenizer.Prepend.First,
            "never" => MetaspacePreTokenizer.Prepend.Never,
            _ => throw scheme.Wrong("one of always, first, never"),
        };
    }
}
