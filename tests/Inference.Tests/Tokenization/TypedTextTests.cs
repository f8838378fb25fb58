using Hybrid.Inference.Tokenization;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

/// <summary>What nobody may break: typed text never holds a special token, and segments never change what is encoded.</summary>
public sealed class TypedTextTests
{
    private const int Rounds = 400;

    public static TheoryData<bool> Kinds => [true, false];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Typed_AnyText_HoldsNoSpecialToken(bool byteLevel)
    {
        var tokenizer = Load(byteLevel ? ByteLevel() : ByteFallback());
        var specials = tokenizer.AddedTokens.Where(token => token.IsSpecial).Select(token => token.Id).ToHashSet();
        var random = new Random(3);
        for (var round = 0; round < Rounds; round++)
        {
            var text = RandomText(random, 80);

            Assert.DoesNotContain(tokenizer.Encode(text), specials.Contains);
            Assert.DoesNotContain(tokenizer.Encode([.. Cut(text, random).Select(PromptSegment.Typed)]), specials.Contains);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Segments_AllTemplateOrAllTyped_EqualTheWholeText(bool byteLevel)
    {
        var tokenizer = Load(byteLevel ? ByteLevel() : ByteFallback());
        var random = new Random(4);
        for (var round = 0; round < Rounds; round++)
        {
            var text = RandomText(random, 80);
            var parts = Cut(text, random);

            Assert.Equal(tokenizer.Encode(text, interpretSpecialTokens: true), tokenizer.Encode([.. parts.Select(PromptSegment.Template)]));
            Assert.Equal(tokenizer.Encode(text), tokenizer.Encode([.. parts.Select(PromptSegment.Typed)]));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Segments_NothingSpecialTyped_EqualTheRenderedText(bool byteLevel)
    {
        var tokenizer = Load(byteLevel ? ByteLevel() : ByteFallback());
        var random = new Random(5);
        for (var round = 0; round < Rounds; round++)
        {
            var typed = RandomText(random, 40).Replace('<', '(').Replace('>', ')');
            PromptSegment[] segments =
                [PromptSegment.Template("<|end|>the "), PromptSegment.Typed(typed), PromptSegment.Template(" a<|end|>")];

            var rendered = string.Concat(segments.Select(segment => segment.Text));

            Assert.Equal(tokenizer.Encode(rendered, interpretSpecialTokens: true), tokenizer.Encode(segments));
        }
    }

    [Fact]
    public async Task Encode_ManyThreads_AgreeWithOne()
    {
        var tokenizer = Load(ByteLevel());
        var random = new Random(6);
        var texts = Enumerable.Range(0, 200).Select(_ => RandomText(random, 100)).ToList();
        var expected = texts.Select(text => Load(ByteLevel()).Encode(text)).ToList();

        var encoded = await Task.WhenAll(Enumerable.Range(0, 4).Select(
            _ => Task.Run(() => texts.Select(text => tokenizer.Encode(text)).ToList(), TestContext.Current.CancellationToken)));

        Assert.All(encoded, ids => Assert.Equal(expected, ids));
    }

    private static List<string> Cut(string text, Random random)
    {
        var parts = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(random.Next(1, 12), text.Length - at);
            parts.Add(text.Substring(at, length));
            at += length;
        }

        return parts;
    }
}
