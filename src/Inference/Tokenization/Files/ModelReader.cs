using System.Text.Json;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads <c>model</c>.</summary>
internal static class ModelReader
{
    /// <summary>Above every published vocabulary; a larger id in a damaged file would only exhaust memory.</summary>
    public const int HighestId = (1 << 24) - 1;

    private const string WordPiece = "WordPiece";
    private const int LongestWord = 100;

    /// <summary>Reads the tokens.</summary>
    /// <param name="model">The value of the key.</param>
    /// <param name="forEmbeddings">Whether word pieces will do: there is no way back from them to text.</param>
    public static BpeVocabulary ReadVocabulary(TokenizerNode model, bool forEmbeddings)
    {
        // Old files leave the type out.
        if (model.Optional("type") is { } type && type.Text() != "BPE" && !(forEmbeddings && type.Text() == WordPiece))
        {
            throw type.Unsupported(forEmbeddings ? $"BPE, {WordPiece}" : "BPE");
        }

        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (token, node) in model.Required("vocab").Members())
        {
            if (!ids.TryAdd(token, node.Integer(0, HighestId)))
            {
                throw node.Broken("appears twice");
            }
        }

        return ids.Count > 0 ? new BpeVocabulary(ids) : throw model.Required("vocab").Broken("is empty");
    }

    /// <summary>Reads all but the vocabulary.</summary>
    /// <param name="model">The value of the key.</param>
    /// <param name="vocabulary">Its vocabulary, read before.</param>
    /// <param name="inBytes">Whether words are read as bytes.</param>
    /// <param name="find">Finds a token by its text, added ones included.</param>
    public static WordModel Read(TokenizerNode model, BpeVocabulary vocabulary, bool inBytes, Func<string, int?> find)
    {
        return model.Optional("type")?.Text() == WordPiece ? ReadWordPiece(model, vocabulary, find) : ReadBpe(model, vocabulary, inBytes, find);
    }

    private static WordPieceModel ReadWordPiece(TokenizerNode model, BpeVocabulary vocabulary, Func<string, int?> find)
    {
        var unknown = model.Required("unk_token");
        return new WordPieceModel(
            vocabulary,
            model.Optional("continuing_subword_prefix")?.Text() ?? "##",
            find(unknown.Text()) ?? throw unknown.Broken($"is {unknown.Quote()}, which is no token"),
            model.Optional("max_input_chars_per_word")?.Integer(1, 1 << 20) ?? LongestWord);
    }

    private static BpeModel ReadBpe(TokenizerNode model, BpeVocabulary vocabulary, bool inBytes, Func<string, int?> find)
    {
        if (model.Optional("dropout") is { } dropout
            && !(dropout.Value.ValueKind == JsonValueKind.Number && dropout.Value.TryGetDouble(out var rate) && rate == 0))
        {
            throw dropout.Unsupported("null or 0");
        }

        RefuseUnlessEmpty(model, "continuing_subword_prefix");
        RefuseUnlessEmpty(model, "end_of_word_suffix");
        int? unknown = null;
        if (model.Optional("unk_token") is { } unknownNode)
        {
            unknown = find(unknownNode.Text()) ?? throw unknownNode.Broken($"is {unknownNode.Quote()}, which is no token");
        }

        var options = new BpeModelOptions(
            inBytes, model.Flag("ignore_merges", false), model.Flag("byte_fallback", false), model.Flag("fuse_unk", false), unknown);
        var pairs = ReadPairs(model.Required("merges"));
        var merges = new MergeTable(pairs.Count);
        foreach (var (index, (node, left, right)) in pairs.Index())
        {
            merges.Add(
                Find(node, left, vocabulary), Find(node, right, vocabulary), index, Find(node, string.Concat(left, right), vocabulary));
        }

        // A long run of bytes is one word by the pre-tokenizer's will; only words of characters are worth cutting.
        var neighbours = inBytes ? null : ListNeighbours(pairs, vocabulary, options);
        return new BpeModel(vocabulary, merges, neighbours, options);
    }

    private static NeighbourTable? ListNeighbours(
        List<(TokenizerNode Node, string Left, string Right)> pairs, BpeVocabulary vocabulary, BpeModelOptions options)
    {
        var standIns = vocabulary.Ids.Where(entry => entry.Value == options.UnknownToken).Select(entry => entry.Key).ToHashSet();
        if (options.ByteFallback)
        {
            standIns.UnionWith(Enumerable.Range(0, 256).Select(value => $"<0x{value:X2}>"));
        }

        return NeighbourTable.Create([.. pairs.Select(pair => (pair.Left, pair.Right))], vocabulary, standIns);
    }

    private static void RefuseUnlessEmpty(TokenizerNode model, string key)
    {
        if (model.Optional(key) is { } node && node.Text().Length > 0)
        {
            throw node.Unsupported("null or an empty string");
        }
    }

    /// <summary>Reads merges: <c>"a b"</c>, or in newer files <c>["a", "b"]</c>; old ones begin with a header line.</summary>
    private static List<(TokenizerNode Node, string Left, string Right)> ReadPairs(TokenizerNode merges)
    {
        var pairs = new List<(TokenizerNode, string, string)>();
        foreach (var item in merges.Items())
        {
            if (item.Value.ValueKind == JsonValueKind.Array)
            {
                var pair = item.Items().Select(part => part.Text()).ToList();
                pairs.Add(pair.Count == 2 ? (item, pair[0], pair[1]) : throw item.Wrong("a pair of tokens"));
                continue;
            }

            var text = item.Text();
            if (text.StartsWith("#version", StringComparison.Ordinal))
            {
                continue;
            }

            var space = text.IndexOf(' ', StringComparison.Ordinal);
            pairs.Add(space >= 0 && text.IndexOf(' ', space + 1) < 0
                ? (item, text[..space], text[(space + 1)..])
                : throw item.Wrong("two tokens with one space between them"));
        }

        return pairs;
    }

    private static int Find(TokenizerNode item, string token, BpeVocabulary vocabulary)
    {
        var id = vocabulary.Find(token);
        return id >= 0 ? id : throw item.Broken($"is {item.Quote()}, but model.vocab lacks \"{token}\"");
    }
}
