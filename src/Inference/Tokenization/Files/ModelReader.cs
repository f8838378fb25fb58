using System.Text.Json;

namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads <c>model</c>.</summary>
internal static class ModelReader
{
    /// <summary>Above every published vocabulary; a larger id in a damaged file would only exhaust memory.</summary>
    public const int HighestId = (1 << 24) - 1;

    public static BpeVocabulary ReadVocabulary(TokenizerNode model)
    {
        // Old files leave the type out.
        if (model.Optional("type") is { } type && type.Text() != "BPE")
        {
            throw type.Unsupported("BPE");
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

    public static BpeModel Read(TokenizerNode model, BpeVocabulary vocabulary, bool inBytes)
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
            var id = vocabulary.Find(unknownNode.Text());
            unknown = id >= 0 ? id : throw unknownNode.Broken($"is {unknownNode.Quote()}, which model.vocab lacks");
        }

        var options = new BpeModelOptions(
            inBytes, model.Flag("ignore_merges", false), model.Flag("byte_fallback", false), model.Flag("fuse_unk", false), unknown);
        return new BpeModel(vocabulary, ReadMerges(model.Required("merges"), vocabulary), options);
    }

    private static void RefuseUnlessEmpty(TokenizerNode model, string key)
    {
        if (model.Optional(key) is { } node && node.Text().Length > 0)
        {
            throw node.Unsupported("null or an empty string");
        }
    }

    private static MergeTable ReadMerges(TokenizerNode node, BpeVocabulary vocabulary)
    {
        var items = node.Items().ToList();
        var merges = new MergeTable(items.Count);
        var rank = 0;
        foreach (var item in items)
        {
            var (left, right) = ReadPair(item);
            if (left is null)
            {
                continue;
            }

            merges.Add(Find(item, left, vocabulary), Find(item, right, vocabulary), rank++, Find(item, left + right, vocabulary));
        }

        return merges;
    }

    /// <summary>A merge: <c>"a b"</c>, or in newer files <c>["a", "b"]</c>; nothing for the header line of old ones.</summary>
    private static (string? Left, string Right) ReadPair(TokenizerNode item)
    {
        if (item.Value.ValueKind == JsonValueKind.Array)
        {
            var pair = item.Items().Select(part => part.Text()).ToList();
            return pair.Count == 2 ? (pair[0], pair[1]) : throw item.Wrong("a pair of tokens");
        }

        var text = item.Text();
        if (text.StartsWith("#version", StringComparison.Ordinal))
        {
            return (null, "");
        }

        var space = text.IndexOf(' ', StringComparison.Ordinal);
        return space >= 0 && text.IndexOf(' ', space + 1) < 0
            ? (text[..space], text[(space + 1)..])
            : throw item.Wrong("two tokens with one space between them");
    }

    private static int Find(TokenizerNode item, string token, BpeVocabulary vocabulary)
    {
        var id = vocabulary.Find(token);
        return id >= 0 ? id : throw item.Broken($"is {item.Quote()}, but model.vocab lacks \"{token}\"");
    }
}
