using System.Text.Json.Nodes;
using Hybrid.Inference.Tokenization;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class ByteLevelTokenizerTests
{
    private const int End = 265;
    private const int User = 266;
    private const int Tool = 267;
    private readonly ModelTokenizer _tokenizer = Load(ByteLevel());

    [Fact]
    public void Encode_Words_MergesWithinEachWord()
    {
        // "hello" is 259; " world" is Ġwor (262), l, d.
        Assert.Equal([259, 262, 'l', 'd'], _tokenizer.Encode("hello world"));
        // 你 is E4 BD A0 and merges whole; 好 is E5 A5 BD and does not merge at all.
        Assert.Equal([264, 0xE5, 0xA5, 0xBD], _tokenizer.Encode("你好"));
    }

    [Fact]
    public void Encode_Contractions_SplitInAnyCase()
    {
        Assert.Equal(["h", "'", "s"], Texts("h's"));
        // Were the contraction not split off, h and e would meet in one word.
        Assert.Equal(["'", "s", "he"], Texts("'she"));
        Assert.Equal(["'", "S", "he"], Texts("'She"));
        Assert.Equal(["'", "Å", "¿", "he"], Texts("'ſhe"));
    }

    [Fact]
    public void Encode_SupplementaryLetters_BelongToTheWord()
    {
        // 𐐀 is F0 90 90 80, whose last byte is written Ģ; it merges with the l after it only if both are letters of one word.
        var file = ByteLevel();
        file["model"]!["vocab"]!["Ģl"] = 268;
        file["model"]!["merges"]!.AsArray().Add("Ģ l");

        Assert.Equal([32, 0xF0, 0x90, 0x90, 268], Load(file).Encode(" 𐐀l"));
        // 😀 ends in the same byte, but is no letter.
        Assert.Equal([32, 0xF0, 0x9F, 0x98, 0x80, 'l'], Load(file).Encode(" 😀l"));
    }

    [Fact]
    public void Encode_LoneSurrogate_CountsAsReplacementCharacter()
    {
        Assert.Equal(_tokenizer.Encode("a\uFFFDb\uFFFD"), _tokenizer.Encode("a\uD800b\uDC00"));
        Assert.Equal([0xF0, 0x9F, 0x98, 0x80], _tokenizer.Encode("\uD83D\uDE00"));
    }

    [Fact]
    public void Encode_SpecialToken_OnlyWhenAsked()
    {
        Assert.Equal([259, End], _tokenizer.Encode("hello<|end|>", interpretSpecialTokens: true));
        Assert.DoesNotContain(End, _tokenizer.Encode("hello<|end|>"));
        Assert.Equal([259, Tool], _tokenizer.Encode("hello<tool>"));
    }

    [Fact]
    public void Encode_RightStrip_SwallowsWhitespaceOfAnyKind()
    {
        Assert.Equal([User, 259], _tokenizer.Encode("<|user|> \n\u3000hello", interpretSpecialTokens: true));
    }

    [Fact]
    public void Encode_Segments_MatchSpecialTokensWithinTemplateOnly()
    {
        Assert.Equal([End], _tokenizer.Encode([PromptSegment.Template("<|e"), PromptSegment.Template("nd|>")]));
        Assert.DoesNotContain(End, _tokenizer.Encode([PromptSegment.Template("<|e"), PromptSegment.Typed("nd|>")]));
        Assert.DoesNotContain(End, _tokenizer.Encode([PromptSegment.Typed("<|end|"), PromptSegment.Template(">")]));
        Assert.DoesNotContain(End, _tokenizer.Encode([PromptSegment.Typed("<|end|>")]));
        Assert.Equal([Tool], _tokenizer.Encode([PromptSegment.Typed("<to"), PromptSegment.Template("ol>")]));
    }

    [Fact]
    public void Encode_Segments_MergeAcrossBorders()
    {
        Assert.Equal([259], _tokenizer.Encode([PromptSegment.Template("he"), PromptSegment.Typed("l"), PromptSegment.Template("lo")]));
        Assert.Equal([0xF0, 0x9F, 0x98, 0x80], _tokenizer.Encode([PromptSegment.Typed("\uD83D"), PromptSegment.Typed("\uDE00")]));
    }

    [Fact]
    public void Encode_IgnoreMerges_TakesWholeWordsFirst()
    {
        var file = ByteLevel();
        file["model"]!["vocab"]!["Ġworld"] = 300;

        Assert.Equal([262, 'l', 'd'], Load(file).Encode(" world"));

        file["model"]!["ignore_merges"] = true;

        Assert.Equal([300], Load(file).Encode(" world"));
    }

    [Fact]
    public void Encode_MergesAsPairs_EqualsMergesAsText()
    {
        var file = ByteLevel();
        var pairs = file["model"]!["merges"]!.AsArray()
            .Select(merge => (JsonNode)new JsonArray([.. merge!.GetValue<string>().Split(' ').Select(part => (JsonNode)part)]));
        file["model"]!["merges"] = new JsonArray([.. pairs]);

        Assert.Equal(_tokenizer.Encode("hello world 你好"), Load(file).Encode("hello world 你好"));
    }

    [Fact]
    public void Encode_LowestRankFirst_LeftmostAmongEquals()
    {
        var file = ByteLevel();
        file["model"] = Model(
            new JsonObject { ["a"] = 0, ["b"] = 1, ["aa"] = 2, ["ab"] = 3, ["aab"] = 4 }, ["a a", "a b", "aa b"]);
        file["added_tokens"] = new JsonArray();
        var tokenizer = Load(file);

        // aaa: the left pair merges first. aaab: aa, then a with b; never aa with ab.
        Assert.Equal([2, 0], tokenizer.Encode("aaa"));
        Assert.Equal([2, 3], tokenizer.Encode("aaab"));
        Assert.Equal([4], tokenizer.Encode("aab"));
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(65)]
    [InlineData(2049)]
    [InlineData(5000)]
    public void Encode_LongWord_EqualsTheRuleAppliedByHand(int length)
    {
        var random = new Random(length);
        for (var round = 0; round < 5; round++)
        {
            var word = string.Concat(Enumerable.Range(0, length).Select(_ => "helowr"[random.Next(6)]));

            Assert.Equal(MergeByHand(word), Texts(word));
        }
    }

    [Fact]
    public void Encode_BytesThatAreNoTokens_AreUnknownOrVanish()
    {
        var file = ByteLevel();
        file["added_tokens"] = new JsonArray();
        file["model"] = Model(new JsonObject { ["a"] = 0, ["?"] = 1 }, []);

        Assert.Equal([0, 0], Load(file).Encode("aéa"));

        file["model"]!["unk_token"] = "?";

        Assert.Equal([0, 1, 1, 0], Load(file).Encode("aéa"));

        file["model"]!["fuse_unk"] = true;

        Assert.Equal([0, 1, 0], Load(file).Encode("aéa"));
    }

    [Fact]
    public void TokenBytes_AnyToken_AreWhatItDecodesTo()
    {
        Assert.Equal([0xE4, 0xBD, 0xA0], _tokenizer.TokenBytes(264));
        Assert.Equal(" wor"u8.ToArray(), _tokenizer.TokenBytes(262));
        Assert.Equal("<|end|>"u8.ToArray(), _tokenizer.TokenBytes(End));
        Assert.Empty(_tokenizer.TokenBytes(-1));
        Assert.Empty(_tokenizer.TokenBytes(int.MaxValue));
    }

    [Fact]
    public void Lookup_KnownAndUnknown_AnswersBoth()
    {
        Assert.Equal(268, _tokenizer.VocabularySize);
        Assert.Equal(End, _tokenizer.FindToken("<|end|>"));
        Assert.Equal(260, _tokenizer.FindToken("Ġw"));
        Assert.Null(_tokenizer.FindToken(" w"));
        Assert.Equal("Ġw", _tokenizer.TokenText(260));
        Assert.Null(_tokenizer.TokenText(268));
        Assert.Equal([End, User, Tool], _tokenizer.AddedTokens.Select(token => token.Id));
    }

    private List<string> Texts(string text) => [.. _tokenizer.Encode(text).Select(id => _tokenizer.TokenText(id)!)];

    private static List<string> MergeByHand(string word)
    {
        string[] merges = ["h e", "l l", "he ll", "hell o", "Ġ w", "o r", "Ġw or"];
        var parts = word.Select(c => c.ToString()).ToList();
        while (true)
        {
            var best = Enumerable.Range(0, parts.Count - 1)
                .Select(i => (Rank: Array.IndexOf(merges, $"{parts[i]} {parts[i + 1]}"), Index: i))
                .Where(pair => pair.Rank >= 0).DefaultIfEmpty((-1, -1)).Min();
            if (best.Item1 < 0)
            {
                return parts;
            }

            parts[best.Item2] += parts[best.Item2 + 1];
            parts.RemoveAt(best.Item2 + 1);
        }
    }
}
