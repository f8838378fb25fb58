using System.Text.Json.Nodes;

namespace Hybrid.ModelWriter;

/// <summary>A byte-level BPE tokenizer small enough to be written down here.</summary>
internal static class TinyTokenizer
{
    public const int EndOfText = 315;
    public const int End = 319;
    public const int VocabularySize = 320;

    public const string ChatTemplate =
        "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}"
        + "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% else %}{{ eos_token }}{% endif %}";

    private static readonly string[] Specials = ["<|endoftext|>", "<|system|>", "<|user|>", "<|assistant|>", "<|end|>"];

    /// <summary>Frequent English pairs, each made of byte symbols and earlier pairs; Ġ is the byte symbol of a space.</summary>
    private static readonly string[] Merges =
    [
        "Ġ t", "h e", "Ġ a", "i n", "r e", "o n", "Ġt he", "e r", "Ġ s", "a t", "Ġ w", "Ġ o", "e n", "i t", "i s", "o r", "e s", "Ġ b",
        "e d", "Ġ f", "in g", "Ġ p", "o u", "a n", "a l", "a r", "Ġt o", "Ġ m", "Ġo f", "Ġ in", "Ġ d", "Ġ h", "n d", "Ġa nd", "i c",
        "l e", "Ġ c", "a s", "r o", "i on", "l l", "Ġb e", "o m", "Ġ n", "v e", "u t", "Ġ re", "Ġw h", "s t", "Ġ l", "e l", "Ġ e",
        "Ġ g", "c h", "h at", "Ġt hat", "Ġis", "o t", "Ġy ou",
    ];

    public static string ToJson()
    {
        var vocabulary = new JsonObject();
        foreach (var symbol in ByteSymbols())
        {
            vocabulary.Add(symbol.ToString(), vocabulary.Count);
        }

        var merges = new JsonArray();
        foreach (var merge in Merges)
        {
            var parts = merge.Split(' ');
            vocabulary.Add(string.Concat(parts), vocabulary.Count);
            merges.Add(new JsonArray([.. parts]));
        }

        var added = new JsonArray();
        foreach (var special in Specials)
        {
            added.Add(new JsonObject
            {
                ["id"] = vocabulary.Count + added.Count,
                ["content"] = special,
                ["single_word"] = false,
                ["lstrip"] = false,
                ["rstrip"] = false,
                ["normalized"] = false,
                ["special"] = true,
            });
        }

        return new JsonObject
        {
            ["version"] = "1.0",
            ["truncation"] = null,
            ["padding"] = null,
            ["added_tokens"] = added,
            ["normalizer"] = null,
            ["pre_tokenizer"] = new JsonObject
            {
                ["type"] = "Sequence",
                ["pretokenizers"] = new JsonArray(
                    new JsonObject { ["type"] = "Digits", ["individual_digits"] = true },
                    ByteLevel()),
            },
            ["post_processor"] = null,
            ["decoder"] = ByteLevel(),
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["dropout"] = null,
                ["unk_token"] = null,
                ["continuing_subword_prefix"] = null,
                ["end_of_word_suffix"] = null,
                ["fuse_unk"] = false,
                ["byte_fallback"] = false,
                ["ignore_merges"] = false,
                ["vocab"] = vocabulary,
                ["merges"] = merges,
            },
        }.ToJsonString(FolderJson.Options);
    }

    private static JsonObject ByteLevel() => new()
    {
        ["type"] = "ByteLevel",
        ["add_prefix_space"] = false,
        ["trim_offsets"] = true,
        ["use_regex"] = true,
    };

    /// <summary>GPT-2's visible stand-ins for bytes: printable Latin-1 stands for itself, the rest follows from U+0100.</summary>
    private static IEnumerable<char> ByteSymbols()
    {
        var next = 0x100;
        var hidden = new List<char>();
        for (var value = 0; value < 256; value++)
        {
            if (value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or >= 0xAE)
            {
                yield return (char)value;
            }
            else
            {
                hidden.Add((char)next++);
            }
        }

        foreach (var symbol in hidden)
        {
            yield return symbol;
        }
    }
}
