using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference.Tests.Tokenization;

/// <summary>Small tokenizer files in the shapes that published models have.</summary>
internal static class TokenizerFiles
{
    /// <summary>The pattern of Llama-3.</summary>
    public const string LlamaPattern =
        @"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+";

    /// <summary>
    /// Byte-level: ids 0 to 255 are the bytes in order; then merges he=256, ll=257, hell=258, hello=259, Ġw=260, or=261, Ġwor=262,
    /// 你's bytes=263 and 264; then special and plain added tokens from 265 on.
    /// </summary>
    public static JsonObject ByteLevel()
    {
        var merges = new[] { "h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or", "ä ½", "ä½ ł" };
        var vocabulary = new JsonObject();
        foreach (var c in Alphabet())
        {
            vocabulary[c.ToString()] = vocabulary.Count;
        }

        foreach (var merge in merges)
        {
            vocabulary[merge.Replace(" ", "", StringComparison.Ordinal)] = vocabulary.Count;
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["added_tokens"] = new JsonArray(
                Added(265, "<|end|>"), Added(266, "<|user|>", rightStrip: true), Added(267, "<tool>", special: false)),
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    Split(new JsonObject { ["Regex"] = LlamaPattern }, "Isolated"),
                    new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false }),
            },
            ["decoder"] = new JsonObject { ["type"] = "ByteLevel" },
            ["model"] = Model(vocabulary, merges),
        };
    }

    /// <summary>
    /// Characters with byte fallback: 0 to 2 are &lt;unk&gt;, &lt;s&gt;, &lt;/s&gt;, 3 to 258 the bytes, then ▁=259, t=260, h=261, e=262,
    /// a=263, ▁t=264, he=265, ▁the=266, ▁a=267; &lt;|end|&gt;=268 swallows the whitespace after it.
    /// </summary>
    public static JsonObject ByteFallback()
    {
        var vocabulary = new JsonObject { ["<unk>"] = 0, ["<s>"] = 1, ["</s>"] = 2 };
        for (var value = 0; value < 256; value++)
        {
            vocabulary[$"<0x{value:X2}>"] = vocabulary.Count;
        }

        foreach (var token in new[] { "▁", "t", "h", "e", "a", "▁t", "he", "▁the", "▁a" })
        {
            vocabulary[token] = vocabulary.Count;
        }

        var model = Model(vocabulary, ["▁ t", "h e", "▁t he", "▁ a"]);
        model["unk_token"] = "<unk>";
        model["fuse_unk"] = true;
        model["byte_fallback"] = true;
        return new JsonObject
        {
            ["added_tokens"] = new JsonArray(Added(0, "<unk>"), Added(1, "<s>"), Added(2, "</s>"), Added(268, "<|end|>", rightStrip: true)),
            ["normalizer"] = Sequence(
                "normalizers",
                new JsonObject { ["type"] = "Prepend", ["prepend"] = "▁" },
                new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = " " }, ["content"] = "▁" }),
            ["pre_tokenizer"] = null,
            ["decoder"] = Sequence(
                "decoders",
                new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "▁" }, ["content"] = " " },
                new JsonObject { ["type"] = "ByteFallback" },
                new JsonObject { ["type"] = "Fuse" },
                new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = 1, ["stop"] = 0 }),
            ["model"] = model,
        };
    }

    public static JsonObject Sequence(string key, params JsonObject[] steps)
    {
        return new JsonObject { ["type"] = "Sequence", [key] = new JsonArray([.. steps]) };
    }

    public static JsonObject Split(JsonObject pattern, string behavior, bool invert = false)
    {
        return new JsonObject { ["type"] = "Split", ["pattern"] = pattern, ["behavior"] = behavior, ["invert"] = invert };
    }

    public static JsonObject Added(
        int id,
        string content,
        bool special = true,
        bool rightStrip = false,
        bool leftStrip = false,
        bool singleWord = false,
        bool normalized = false)
    {
        return new JsonObject
        {
            ["id"] = id,
            ["content"] = content,
            ["single_word"] = singleWord,
            ["lstrip"] = leftStrip,
            ["rstrip"] = rightStrip,
            ["normalized"] = normalized,
            ["special"] = special,
        };
    }

    public static JsonObject Model(JsonObject vocabulary, string[] merges)
    {
        return new JsonObject
        {
            ["type"] = "BPE",
            ["vocab"] = vocabulary,
            ["merges"] = new JsonArray([.. merges.Select(merge => (JsonNode)merge)]),
        };
    }

    public static ModelTokenizer Load(JsonObject file, JsonObject? config = null)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", file.ToJsonString());
        if (config is not null)
        {
            folder.Write("tokenizer_config.json", config.ToJsonString());
        }

        return ModelTokenizer.Load(folder.Path);
    }

    /// <summary>The pieces that a pre-tokenizer makes: every part of the text is a token, and words are taken whole.</summary>
    public static string[] PiecesOf(JsonObject preTokenizer, string text)
    {
        var vocabulary = new JsonObject();
        for (var start = 0; start < text.Length; start++)
        {
            for (var length = 1; start + length <= text.Length; length++)
            {
                if (!char.IsLowSurrogate(text[start]) && !char.IsHighSurrogate(text[start + length - 1]))
                {
                    vocabulary.TryAdd(text.Substring(start, length), vocabulary.Count);
                }
            }
        }

        var model = Model(vocabulary, []);
        model["ignore_merges"] = true;
        var tokenizer = Load(new JsonObject { ["pre_tokenizer"] = preTokenizer, ["model"] = model });
        return [.. tokenizer.Encode(text).Select(token => tokenizer.TokenText(token)!)];
    }

    /// <summary>A text of random kinds of characters, lone surrogates included.</summary>
    public static string RandomText(Random random, int length)
    {
        var text = new StringBuilder();
        string[] parts =
        [
            "hello", " world", " the", "<|end|>", "<|user|>", "<tool>", "<|", "|>", "</s>", "<0x41>", "\n", "\r\n", "  ", "\t", "\u00A0",
            "\u3000", "it's", "'S", "你好", "😀", "e\u0301", "\U00010400", "\uD800", "\uDC00", "▁", "Ġ", "123", "٣", "\0", "\u0085", "é",
        ];
        while (text.Length < length)
        {
            text.Append(random.Next(3) == 0 ? ((char)random.Next(char.MaxValue + 1)).ToString() : parts[random.Next(parts.Length)]);
        }

        return text.ToString();
    }

    private static IEnumerable<char> Alphabet()
    {
        var next = 256;
        for (var value = 0; value < 256; value++)
        {
            yield return value is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174) ? (char)value : (char)next++;
        }
    }
}
