using System.Text.Json.Nodes;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("Removed", new[] { "The", "final", "countdown" })]
    [InlineData("Isolated", new[] { "The", "-", "final", "-", "-", "countdown" })]
    [InlineData("MergedWithPrevious", new[] { "The-", "final-", "-", "countdown" })]
    [InlineData("MergedWithNext", new[] { "The", "-final", "-", "-countdown" })]
    [InlineData("Contiguous", new[] { "The", "-", "final", "--", "countdown" })]
    public void Split_EachBehavior_AsTheFormatSays(string behavior, string[] expected)
    {
        Assert.Equal(expected, PiecesOf(Split(new JsonObject { ["String"] = "-" }, behavior), "The-final--countdown"));
        Assert.Equal(expected, PiecesOf(Split(new JsonObject { ["Regex"] = "-" }, behavior), "The-final--countdown"));
    }

    [Fact]
    public void Split_Inverted_SwapsMatchesAndRest()
    {
        Assert.Equal(["ab", "cd"], PiecesOf(Split(new JsonObject { ["Regex"] = "[a-z]+" }, "Removed", invert: true), "ab12cd"));
    }

    [Fact]
    public void Split_EmptyMatches_CutBetweenCharacters()
    {
        Assert.Equal(["a", "xx", "b", "c"], PiecesOf(Split(new JsonObject { ["Regex"] = "x*" }, "Isolated"), "axxbc"));
    }

    [Fact]
    public void Digits_Individual_OrTogether()
    {
        Assert.Equal(["a", "1", "2", "b", "½"], PiecesOf(new JsonObject { ["type"] = "Digits", ["individual_digits"] = true }, "a12b½"));
        Assert.Equal(["a", "12", "b", "𝟘"], PiecesOf(new JsonObject { ["type"] = "Digits", ["individual_digits"] = false }, "a12b𝟘"));
    }

    [Fact]
    public void Whitespace_Words_AndWhatIsNeither()
    {
        Assert.Equal(["ab_1", "!?", "é", "Ⓐ"], PiecesOf(new JsonObject { ["type"] = "Whitespace" }, "ab_1!? é\u3000Ⓐ"));
        Assert.Equal(["ab!", "c"], PiecesOf(new JsonObject { ["type"] = "WhitespaceSplit" }, " ab!\u0085c\n"));
    }

    [Fact]
    public void Punctuation_AsciiSymbolsToo()
    {
        Assert.Equal(["a", "$", "+", "b", "。", "©"], PiecesOf(new JsonObject { ["type"] = "Punctuation" }, "a$+b。©"));
    }

    [Fact]
    public void Metaspace_Split_CutsBeforeEachVisibleSpace()
    {
        var step = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "_", ["prepend_scheme"] = "never" };

        Assert.Equal(["ab", "_c", "_", "_d"], PiecesOf(Sequence("pretokenizers", step), "ab_c__d"));
    }

    [Fact]
    public void ByteLevel_Gpt2Pattern_WithPrefixSpace()
    {
        var file = ByteLevel();
        file["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = true };
        var tokenizer = Load(file);

        Assert.Equal([262, 'l', 'd', 32, 259], tokenizer.Encode("world hello"));
        Assert.Equal(" world", tokenizer.Decode(tokenizer.Encode("world")));
    }

    [Fact]
    public void ByteLevel_BeforeAnotherStep_WritesItsAlphabet()
    {
        var file = ByteLevel();
        file["pre_tokenizer"] = Sequence(
            "pretokenizers",
            new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false, ["use_regex"] = false },
            Split(new JsonObject { ["String"] = "Ġ" }, "Removed"));

        Assert.Equal([259, 264, 259], Load(file).Encode("hello 你 hello"));
    }

    [Fact]
    public void Sequence_Nested_RunsInOrder()
    {
        var inner = Sequence("pretokenizers", new JsonObject { ["type"] = "WhitespaceSplit" });
        var outer = Sequence("pretokenizers", inner, new JsonObject { ["type"] = "Digits", ["individual_digits"] = true });

        Assert.Equal(["ab", "1", "2", "c"], PiecesOf(outer, "ab1 2c"));
    }
}
