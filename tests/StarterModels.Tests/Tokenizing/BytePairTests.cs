using System.Text.Json;
using Hybrid.StarterModels.Tokenizing;

namespace Hybrid.StarterModels.Tests.Tokenizing;

public sealed class BytePairTests
{
    private static readonly string[] Texts = ["the pump reads 82 C", "the pump leaks", "the valve of the pump", "Größe: 7 µm"];

    [Fact]
    public void Train_SameTexts_GivesTheSameFile()
    {
        var first = TokenizerJson.Write(BytePairTrainer.Train(Texts, 300));

        Assert.Equal(first, TokenizerJson.Write(BytePairTrainer.Train(Texts.Reverse(), 300)));
    }

    [Fact]
    public void Train_FrequentWord_BecomesOneToken()
    {
        var tokenizer = BytePairTrainer.Train(Texts, 300);

        Assert.Equal([tokenizer.IdOf("Ġpump")], tokenizer.Encode(" pump"));
    }

    [Fact]
    public void Train_FirstMerge_IsTheMostFrequentPair()
    {
        // "ab" occurs five times, "bc" three times.
        var tokenizer = BytePairTrainer.Train(["ab ab abc abc xbc"], 263);

        Assert.Equal(("a", "b"), tokenizer.Merges[0]);
    }

    [Fact]
    public void Encode_Digits_StaySingle()
    {
        var tokenizer = BytePairTrainer.Train(Enumerable.Repeat("code 104 code 104", 50), 400);

        Assert.Equal(["1", "0", "4"], tokenizer.Encode("104").Select(id => tokenizer.Vocabulary.Single(pair => pair.Value == id).Key));
        Assert.DoesNotContain(tokenizer.Vocabulary.Keys, token => token.Length > 1 && token.Any(char.IsAsciiDigit));
    }

    [Fact]
    public void Encode_SpaceBeforeDigit_IsItsOwnToken()
    {
        var tokenizer = BytePairTrainer.Train(Texts, 300);

        Assert.Equal(["Ġ", "8"], tokenizer.Encode(" 8").Select(id => tokenizer.Vocabulary.Single(pair => pair.Value == id).Key));
    }

    [Theory]
    [InlineData("E-104: 82 °C, naïve — 日本")]
    [InlineData("  two  spaces\n\tand a tab ")]
    [InlineData("<|end|>")]
    public void Encode_AnyText_KeepsEveryByte(string text)
    {
        var tokenizer = BytePairTrainer.Train(Texts, 300);
        var names = tokenizer.Vocabulary.ToDictionary(pair => pair.Value, pair => pair.Key);

        var spelled = string.Concat(tokenizer.Encode(text).Select(id => names[id]));

        Assert.Equal(ByteAlphabet.Write(text), spelled);
        Assert.All(tokenizer.Encode(text), id => Assert.True(id >= SpecialTokens.All.Count));
    }

    [Fact]
    public void File_VocabularyAndMerges_AreComplete()
    {
        var tokenizer = BytePairTrainer.Train(Texts, 300);

        using var json = JsonDocument.Parse(TokenizerJson.Write(tokenizer));

        var model = json.RootElement.GetProperty("model");
        Assert.Equal(tokenizer.Vocabulary.Count, model.GetProperty("vocab").EnumerateObject().Count());
        var ids = model.GetProperty("vocab").EnumerateObject().Select(pair => pair.Value.GetInt32());
        Assert.Equal(Enumerable.Range(0, tokenizer.Vocabulary.Count), ids);
        Assert.Equal(tokenizer.Merges.Count, model.GetProperty("merges").GetArrayLength());
        var added = json.RootElement.GetProperty("added_tokens").EnumerateArray().Select(token => token.GetProperty("content").GetString());
        Assert.Equal(SpecialTokens.All, added);
    }
}
