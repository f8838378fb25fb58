namespace Hybrid.Inference.Tokenization.Files;

/// <summary>Reads <c>post_processor</c>: the tokens around a single text.</summary>
internal static class FrameReader
{
    private const string Known = "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel, Sequence";

    public static TextFrame Read(TokenizerNode? node, Func<string, int?> find)
    {
        if (node is not { } processor)
        {
            return TextFrame.None;
        }

        var type = processor.Required("type");
        switch (type.Text())
        {
            case "ByteLevel":
                return TextFrame.None;
            case "BertProcessing" or "RobertaProcessing":
                return new TextFrame([(Pair(processor.Required("cls")), 0)], 0, [(Pair(processor.Required("sep")), 0)]);
            case "TemplateProcessing":
                return ReadTemplate(processor, find);
            case "Sequence":
                var frames = processor.Required("processors").Items().Select(item => Read(item, find)).Where(frame => frame.Tokens > 0).ToList();
                return frames.Count switch
                {
                    0 => TextFrame.None,
                    1 => frames[0],
                    _ => throw type.Unsupported("a Sequence in which one processor adds tokens"),
                };
            default:
                throw type.Unsupported(Known);
        }
    }

    private static TextFrame ReadTemplate(TokenizerNode processor, Func<string, int?> find)
    {
        var before = new List<(int, int)>();
        var after = new List<(int, int)>();
        int? textType = null;
        foreach (var item in processor.Required("single").Items())
        {
            if (item.Optional("Sequence") is { } text)
            {
                if (textType is not null || text.Required("id").Text() != "A")
                {
                    throw text.Unsupported("one Sequence, A");
                }

                textType = text.Required("type_id").Integer(0, 1);
                continue;
            }

            var special = item.Required("SpecialToken");
            var type = special.Required("type_id").Integer(0, 1);
            (textType is null ? before : after).AddRange(Ids(processor, special.Required("id"), find).Select(id => (id, type)));
        }

        return new TextFrame(before, textType ?? throw processor.Required("single").Broken("has no Sequence"), after);
    }

    private static IEnumerable<int> Ids(TokenizerNode processor, TokenizerNode name, Func<string, int?> find)
    {
        // The file lists each special token's ids; old ones leave them to the vocabulary.
        return processor.Optional("special_tokens")?.Optional(name.Text())?.Required("ids").Items().Select(id => id.Integer(0, ModelReader.HighestId))
            ?? [find(name.Text()) ?? throw name.Broken($"is {name.Quote()}, which is no token")];
    }

    /// <summary>The id of a token given as <c>["[CLS]", 101]</c>.</summary>
    private static int Pair(TokenizerNode node) =>
        node.Items().ToList() is [_, var id] ? id.Integer(0, ModelReader.HighestId) : throw node.Wrong("a token and its id");
}
