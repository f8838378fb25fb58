using System.Text.Json.Nodes;
using Hybrid.Inference.Tokenization;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class ByteFallbackTokenizerTests
{
    private const int End = 268;
    private readonly ModelTokenizer _tokenizer = Load(ByteFallback());

    [Fact]
    public void Encode_Words_StartWithTheVisibleSpace()
    {
        Assert.Equal([266], _tokenizer.Encode("the"));
        Assert.Equal([266, 267], _tokenizer.Encode("the a"));
        Assert.Equal([259, 266], _tokenizer.Encode(" the"));
    }

    [Fact]
    public void Encode_UnknownCharacters_FallBackToBytes()
    {
        Assert.Equal([259, 3 + 0xE4, 3 + 0xBD, 3 + 0xA0, 263], _tokenizer.Encode("你a"));
        Assert.Equal([259, 3 + '\n'], _tokenizer.Encode("\n"));
    }

    [Fact]
    public void Encode_FallbackLacksAByte_UnknownAndFused()
    {
        var file = ByteFallback();
        file["model"]!["vocab"]!.AsObject().Remove("<0xE4>");

        Assert.Equal([259, 0, 263], Load(file).Encode("你你a"));

        file["model"]!["fuse_unk"] = false;

        Assert.Equal([259, 0, 0, 263], Load(file).Encode("你你a"));
    }

    [Fact]
    public void Encode_AroundAddedTokens_NormalisesEachPiece()
    {
        // <|end|> swallows the space after it, so the second piece is "the" with a prefix of its own.
        Assert.Equal([266, End, 266], _tokenizer.Encode("the<|end|> the", interpretSpecialTokens: true));
        Assert.Equal([End, End], _tokenizer.Encode("<|end|>  <|end|>", interpretSpecialTokens: true));
        Assert.Empty(_tokenizer.Encode(""));
    }

    [Fact]
    public void Encode_ByteTokenTyped_IsText()
    {
        Assert.DoesNotContain(3 + 0x41, _tokenizer.Encode("<0x41>").Take(1));
        Assert.Equal("<0x41>", _tokenizer.Decode(_tokenizer.Encode("<0x41>")));
    }

    [Fact]
    public void Encode_LongText_EqualsItsWordsOneByOne()
    {
        // Beyond 64 characters the text is cut where no token reaches across, which must not show.
        var words = Enumerable.Range(0, 3000).Select(i => (i % 3) switch { 0 => "the", 1 => "a", _ => "" }).ToList();

        var whole = _tokenizer.Encode(string.Join(' ', words));

        Assert.Equal(words.SelectMany(word => word.Length == 0 ? [259] : _tokenizer.Encode(word)), whole);
    }

    [Fact]
    public void Encode_TokenAcrossWords_IsFoundInLongTextToo()
    {
        var file = ByteFallback();
        file["model"]!["vocab"]!["a▁"] = 269;
        file["model"]!["merges"]!.AsArray().Insert(0, "a ▁");
        var tokenizer = Load(file);

        var ids = tokenizer.Encode(string.Concat(Enumerable.Repeat("a ", 100)));

        Assert.Equal([259, .. Enumerable.Repeat(269, 100)], ids);
    }

    [Fact]
    public void Encode_NormalizedToken_IsSoughtInNormalizedText()
    {
        var file = ByteFallback();
        file["added_tokens"]!.AsArray().Add(Added(269, " a", normalized: true));
        var tokenizer = Load(file);

        // Its normal form is ▁▁a: a space more than it seems, as the format has it.
        Assert.Equal([269], tokenizer.Encode(" a", interpretSpecialTokens: true));
        Assert.DoesNotContain(269, tokenizer.Encode(" a"));
        Assert.Equal([267], tokenizer.Encode("a", interpretSpecialTokens: true));
        Assert.Equal([269], tokenizer.Encode([PromptSegment.Template(" a")]));
        Assert.DoesNotContain(269, tokenizer.Encode([PromptSegment.Template(" "), PromptSegment.Typed("a")]));
        Assert.Equal([266, 269], tokenizer.Encode([PromptSegment.Typed("the"), PromptSegment.Template("  a")]));
    }

    [Fact]
    public void Encode_SingleWordToken_TouchesNoWordCharacter()
    {
        var file = ByteFallback();
        file["added_tokens"]!.AsArray().Add(Added(269, "tea", special: false, singleWord: true));
        var tokenizer = Load(file);

        Assert.Equal([269], tokenizer.Encode("tea"));
        Assert.Contains(269, tokenizer.Encode("the tea!"));
        Assert.DoesNotContain(269, tokenizer.Encode("teas"));
        Assert.DoesNotContain(269, tokenizer.Encode("é\u0301tea"));
        Assert.DoesNotContain(269, tokenizer.Encode("tea𐐀"));
    }

    [Fact]
    public void Encode_LeftStrip_SwallowsWhitespaceUpToTheLastToken()
    {
        var file = ByteFallback();
        file["added_tokens"]!.AsArray().Add(Added(269, "<l>", special: false, leftStrip: true));
        var tokenizer = Load(file);

        Assert.Equal([266, 269], tokenizer.Encode("the \n <l>"));
        Assert.Equal([269, 269], tokenizer.Encode("<l>  <l>"));
    }

    [Fact]
    public void Encode_WhitespaceToken_SwallowedByTheOneBefore_IsGone()
    {
        var file = ByteFallback();
        file["added_tokens"]!.AsArray().Add(Added(269, "\n", special: false, leftStrip: true, rightStrip: true));

        Assert.Equal([266, 269, 266], Load(file).Encode("the \n\n \nthe"));
    }

    [Fact]
    public void Encode_OverlappingTokens_LeftmostThenLongest()
    {
        var file = ByteFallback();
        file["added_tokens"]!.AsArray().Add(Added(269, "the", special: false));
        file["added_tokens"]!.AsArray().Add(Added(270, "thea", special: false));
        file["added_tokens"]!.AsArray().Add(Added(271, "eat", special: false));
        var tokenizer = Load(file);

        // What follows the token is a piece of its own: "t" with a prefix.
        Assert.Equal([270, 264], tokenizer.Encode("theat"));
        Assert.Equal([269], tokenizer.Encode("the"));
    }

    [Fact]
    public void Decode_LeadingSpace_IsStrippedOnce()
    {
        Assert.Equal("the a", _tokenizer.Decode([266, 267]));
        Assert.Equal(" the", _tokenizer.Decode([259, 266]));
        Assert.Equal("the", _tokenizer.Decode([1, 266, 2]));
        Assert.Equal("<s> the</s>", _tokenizer.Decode([1, 266, 2], skipSpecialTokens: false));
    }

    [Fact]
    public void Decode_InvalidRunOfBytes_OneReplacementForEach()
    {
        Assert.Equal("你", _tokenizer.Decode([3 + 0xE4, 3 + 0xBD, 3 + 0xA0]));
        Assert.Equal("\uFFFD\uFFFDa", _tokenizer.Decode([3 + 0xE4, 3 + 0xBD, 263]));
        Assert.Equal("\uFFFD\uFFFD\uFFFD\uFFFD", _tokenizer.Decode([3 + 0xE4, 3 + 0xBD, 3 + 0xA0, 3 + 0xFF]));
    }

    [Fact]
    public void TokenBytes_EachKind_AreThoseInTheMiddleOfAText()
    {
        Assert.Equal(" the"u8.ToArray(), _tokenizer.TokenBytes(266));
        Assert.Equal([0xE4], _tokenizer.TokenBytes(3 + 0xE4));
    }

    [Fact]
    public void Metaspace_FirstScheme_PrependsAtTheStartOnly()
    {
        var file = ByteFallback();
        file["normalizer"] = null;
        file["pre_tokenizer"] = new JsonObject
        {
            ["type"] = "Metaspace",
            ["replacement"] = "▁",
            ["prepend_scheme"] = "first",
            ["split"] = false,
        };
        var tokenizer = Load(file);

        Assert.Equal([266, End, 260, 265], tokenizer.Encode("the<|end|>the", interpretSpecialTokens: true));

        file["normalizer"] = new JsonObject { ["type"] = "Strip", ["strip_left"] = true, ["strip_right"] = false };

        // What is left of a stripped text starts no longer where the text did.
        Assert.Equal([260, 265], Load(file).Encode(" the"));
        Assert.Equal([266], Load(file).Encode("the"));
    }
}
