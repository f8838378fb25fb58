using System.Text.Json.Nodes;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class NormalizerTests
{
    [Theory]
    [InlineData("NFC", "e\u0301", "é")]
    [InlineData("NFC", "é", "é")]
    [InlineData("NFC", "plain ASCII", "plain ASCII")]
    [InlineData("NFC", "\u212B", "\u00C5")] // a singleton is never itself again
    [InlineData("NFC", "a\u0323\u0301", "\u1EA1\u0301")]
    [InlineData("NFC", "a\u0301\u0323", "\u1EA1\u0301")] // marks in canonical order first
    [InlineData("NFC", "a\u0301\u0301", "\u00E1\u0301")]
    [InlineData("NFC", "a\u0305\u0301", "a\u0305\u0301")] // a mark of equal class blocks
    [InlineData("NFC", "\u0344", "\u0308\u0301")] // excluded from composition
    [InlineData("NFC", "\u0915\u093C", "\u0915\u093C")]
    [InlineData("NFC", "\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("NFC", "\uAC00\u11A8", "\uAC01")]
    [InlineData("NFC", "\u1100\u1100\u1161", "\u1100\uAC00")]
    [InlineData("NFC", "\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("NFC", "\uD804\uDC99\uD804\uDCBA", "\uD804\uDC9A")]
    [InlineData("NFC", "\uFB01", "\uFB01")]
    [InlineData("NFD", "\u1E69 \uAC01", "s\u0323\u0307 \u1100\u1161\u11A8")]
    [InlineData("NFKC", "\uFB01 \u2460 \uFF21 \u00BD", "fi 1 A 1\u20442")]
    [InlineData("NFKC", "\u1E9B\u0323", "\u1E69")]
    [InlineData("NFKD", "\u1E9B\u0323", "s\u0323\u0307")]
    [InlineData("Lowercase", "ÄÖ İ 𐐀 ẞ Σ", "äö i\u0307 𐐨 ß σ")]
    [InlineData("StripAccents", "e\u0301é\u20DD𝅥x", "eéx")]
    public void Normalizer_KnownSamples_AsUnicodeSays(string type, string text, string expected)
    {
        Assert.Equal(expected, Normalize(new JsonObject { ["type"] = type }, text, expected));
    }

    [Fact]
    public void Normalizer_ManyMarks_OrderedAndLinear()
    {
        var marks = string.Concat(Enumerable.Repeat("\u0301\u0323", 20_000));

        var expected = "a" + new string('\u0323', 20_000) + new string('\u0301', 20_000);
        Assert.Equal(expected, Normalize(new JsonObject { ["type"] = "NFD" }, "a" + marks, expected));
    }

    [Fact]
    public void Normalizer_Strip_TakesUnicodeWhitespace()
    {
        var left = new JsonObject { ["type"] = "Strip", ["strip_left"] = true, ["strip_right"] = false };
        var right = new JsonObject { ["type"] = "Strip", ["strip_left"] = false, ["strip_right"] = true };

        Assert.Equal("a ", Normalize(left, "\u3000\n a ", "a "));
        Assert.Equal(" a", Normalize(right, " a\u0085", " a"));
    }

    [Fact]
    public void Normalizer_Replace_LiteralAndPattern()
    {
        var literal = new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = ".." }, ["content"] = "-" };
        var pattern = new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = " {2,}" }, ["content"] = "_" };

        Assert.Equal("-.a", Normalize(literal, "...a", "-.a"));
        Assert.Equal("a_b c", Normalize(pattern, "a   b c", "a_b c"));
        var both = Sequence("normalizers", literal.DeepClone().AsObject(), pattern.DeepClone().AsObject());
        Assert.Equal("-._x", Normalize(both, "...  x", "-._x"));
    }

    /// <summary>What the model is given, read back from tokens that are the expected characters; any other shows as a control.</summary>
    private static string Normalize(JsonObject normalizer, string text, string expected)
    {
        var characters = new JsonObject { ["\u0001"] = 0 };
        foreach (var rune in expected.EnumerateRunes())
        {
            characters.TryAdd(rune.ToString(), characters.Count);
        }

        var model = Model(characters, []);
        model["unk_token"] = "\u0001";
        var tokenizer = Load(new JsonObject { ["normalizer"] = normalizer, ["model"] = model });
        return string.Concat(tokenizer.Encode(text).Select(id => tokenizer.TokenText(id)));
    }
}
