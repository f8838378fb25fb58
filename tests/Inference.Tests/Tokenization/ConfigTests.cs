using System.Text.Json.Nodes;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class ConfigTests
{
    [Fact]
    public void AddedTokensDecoder_AddsWhatTheTokenizerLacks()
    {
        var config = new JsonObject
        {
            ["added_tokens_decoder"] = new JsonObject
            {
                ["265"] = new JsonObject { ["content"] = "<|end|>", ["special"] = false },
                ["300"] = new JsonObject { ["content"] = "<|new|>", ["special"] = true },
            },
        };

        var tokenizer = Load(ByteLevel(), config);

        Assert.Equal(301, tokenizer.VocabularySize);
        Assert.Equal([300, 265], tokenizer.Encode("<|new|><|end|>", interpretSpecialTokens: true));
        Assert.True(tokenizer.AddedTokens.Single(token => token.Id == 265).IsSpecial);
    }

    [Fact]
    public void AddedToken_InTheVocabulary_KeepsTheModelsId()
    {
        var file = ByteLevel();
        file["added_tokens"]!.AsArray().Add(Added(299, "hell", special: false));

        Assert.Equal([258, 'o'], Load(file).Encode("hello"));
    }

    [Theory]
    [InlineData(null, null, null, false)]
    [InlineData("<|end|>", null, "<|end|>", false)]
    [InlineData("<|end|>", true, "<|end|>", true)]
    [InlineData(null, true, null, false)]
    public void Bos_FromConfig(string? bos, bool? adds, string? token, bool added)
    {
        var config = new JsonObject { ["bos_token"] = bos, ["add_bos_token"] = adds };

        var tokenizer = Load(ByteLevel(), config);

        Assert.Equal((token, added), (tokenizer.BosToken, tokenizer.AddsBos));
    }

    [Fact]
    public void Bos_FromPostProcessor_UnlessConfigSaysNo()
    {
        var file = ByteLevel();
        file["post_processor"] = Sequence(
            "processors",
            new JsonObject { ["type"] = "ByteLevel" },
            new JsonObject
            {
                ["type"] = "TemplateProcessing",
                ["single"] = new JsonArray(
                    new JsonObject { ["SpecialToken"] = new JsonObject { ["id"] = "<|end|>", ["type_id"] = 0 } },
                    new JsonObject { ["Sequence"] = new JsonObject { ["id"] = "A", ["type_id"] = 0 } }),
            });

        var tokenizer = Load(file);

        Assert.Equal(("<|end|>", true), (tokenizer.BosToken, tokenizer.AddsBos));
        Assert.Equal([259], tokenizer.Encode("hello", interpretSpecialTokens: true));

        var config = new JsonObject { ["bos_token"] = new JsonObject { ["content"] = "<|end|>" }, ["add_bos_token"] = false };

        Assert.False(Load(file, config).AddsBos);
    }
}
