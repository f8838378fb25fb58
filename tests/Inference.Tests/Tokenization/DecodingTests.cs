using System.Text;
using System.Text.Json.Nodes;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class DecodingTests
{
    private const int Rounds = 400;

    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void RoundTrip_AnyText_ComesBack(bool byteLevel)
    {
        var tokenizer = Load(byteLevel ? ByteLevel() : ByteFallback());
        var random = new Random(1);
        for (var round = 0; round < Rounds; round++)
        {
            var text = RandomText(random, random.Next(200));
            var expected = Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            // The visible space is the one character that the byte-fallback format cannot tell from a space.
            expected = byteLevel ? expected : expected.Replace('▁', ' ');

            Assert.Equal(expected, tokenizer.Decode(tokenizer.Encode(text), skipSpecialTokens: false));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Stream_AnyIds_EqualsDecodeAndNeverEndsWithinACharacter(bool byteLevel)
    {
        var tokenizer = Load(byteLevel ? ByteLevel() : ByteFallback());
        var random = new Random(2);
        for (var round = 0; round < Rounds; round++)
        {
            var ids = round % 2 == 0
                ? tokenizer.Encode(RandomText(random, 60))
                : [.. Enumerable.Range(0, 40).Select(_ => random.Next(-1, tokenizer.VocabularySize + 1))];
            var skip = round % 3 == 0;
            var decoder = tokenizer.CreateStreamingDecoder(skip);

            var parts = ids.Select(decoder.Append).ToList();
            parts.Add(decoder.Flush());

            Assert.Equal(tokenizer.Decode(ids, skip), string.Concat(parts));
            Assert.All(parts, part => Assert.False(part.Length > 0 && (char.IsHighSurrogate(part[^1]) || char.IsLowSurrogate(part[0]))));
        }
    }

    [Fact]
    public void Stream_BytesOfAnEmoji_AppearTogether()
    {
        var decoder = Load(ByteLevel()).CreateStreamingDecoder();

        Assert.Equal(["", "", "", "😀", "l"], new[] { 0xF0, 0x9F, 0x98, 0x80, 'l' }.Select(decoder.Append));
        Assert.Equal("", decoder.Append(0xE4));
        Assert.Equal("\uFFFD", decoder.Flush());
    }

    [Fact]
    public void Stream_AfterFlush_StartsANewText()
    {
        var decoder = Load(ByteFallback()).CreateStreamingDecoder();

        Assert.Equal("the", decoder.Append(266));
        Assert.Equal(" the", decoder.Append(266));
        Assert.Equal("", decoder.Flush());
        Assert.Equal("the", decoder.Append(266));
    }

    [Fact]
    public void Stream_ByteFallback_HoldsARunUntilItEnds()
    {
        var decoder = Load(ByteFallback()).CreateStreamingDecoder();

        Assert.Equal("", decoder.Append(3 + 0xE4) + decoder.Append(3 + 0xBD) + decoder.Append(3 + 0xA0));
        Assert.Equal("你a", decoder.Append(263));
    }

    [Theory]
    [InlineData(0, 0, "  aa  ")]
    [InlineData(1, 1, " aa ")]
    [InlineData(3, 0, "aa  ")]
    [InlineData(0, 3, "  aa")]
    public void Strip_FusedText_CutsBothEnds(int start, int stop, string expected)
    {
        var file = ByteFallback();
        file["decoder"] = Sequence(
            "decoders",
            new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["Regex"] = "▁" }, ["content"] = " " },
            new JsonObject { ["type"] = "Fuse" },
            new JsonObject { ["type"] = "Strip", ["content"] = " ", ["start"] = start, ["stop"] = stop });

        Assert.Equal(expected, Load(file).Decode([259, 259, 263, 263, 259, 259]));
    }

    [Fact]
    public void Strip_BeforeFusing_CutsEachToken()
    {
        var file = ByteFallback();
        file["decoder"] = new JsonObject { ["type"] = "Strip", ["content"] = "▁", ["start"] = 1, ["stop"] = 0 };

        Assert.Equal("theaa", Load(file).Decode([266, 267, 263]));
    }

    [Fact]
    public void Metaspace_Decoder_DropsTheFirstSpace()
    {
        var file = ByteFallback();
        file["decoder"] = new JsonObject { ["type"] = "Metaspace", ["replacement"] = "▁", ["prepend_scheme"] = "always" };

        Assert.Equal("the the", Load(file).Decode([266, 266]));

        file["decoder"]!["prepend_scheme"] = "never";

        Assert.Equal(" the the", Load(file).Decode([266, 266]));
    }

    [Fact]
    public void Replace_AfterFuse_SeesTheWholeText()
    {
        var file = ByteFallback();
        file["decoder"] = Sequence(
            "decoders",
            new JsonObject { ["type"] = "Fuse" },
            new JsonObject { ["type"] = "Replace", ["pattern"] = new JsonObject { ["String"] = "he" }, ["content"] = "HE" });

        Assert.Equal("tHE", Load(file).Decode([260, 261, 262]));
    }

    [Fact]
    public void NoDecoder_JoinsWithSpaces()
    {
        var file = ByteFallback();
        file["decoder"] = null;

        Assert.Equal("▁the a", Load(file).Decode([266, 263]));
    }
}
