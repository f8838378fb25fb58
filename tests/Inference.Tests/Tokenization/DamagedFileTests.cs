using System.Text;
using System.Text.Json.Nodes;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization;
using static Hybrid.Inference.Tests.Tokenization.TokenizerFiles;

namespace Hybrid.Inference.Tests.Tokenization;

public sealed class DamagedFileTests
{
    [Theory]
    [InlineData("model", null, "model is missing")]
    [InlineData("model.vocab", null, "model.vocab is missing")]
    [InlineData("model.merges", null, "model.merges is missing")]
    [InlineData("model.type", "\"WordPiece\"", "model.type is \"WordPiece\"")]
    [InlineData("model.type", "\"Unigram\"", "model.type is \"Unigram\"")]
    [InlineData("model.type", "7", "model.type is 7")]
    [InlineData("model.vocab", "{}", "model.vocab is empty")]
    [InlineData("model.vocab", "[]", "model.vocab is []")]
    [InlineData("model.vocab", """{"a":-1}""", "model.vocab.a is -1")]
    [InlineData("model.vocab", """{"a":1.5}""", "model.vocab.a is 1.5")]
    [InlineData("model.vocab", """{"a":99999999999}""", "model.vocab.a is 99999999999")]
    [InlineData("model.vocab", """{"a":2000000000}""", "model.vocab.a is 2000000000")]
    [InlineData("model.vocab", """{"a":"1"}""", "model.vocab.a is \"1\"")]
    [InlineData("model.merges", """["h e","x"]""", "model.merges[1] is \"x\"")]
    [InlineData("model.merges", """["h  e"]""", "model.merges[0]")]
    [InlineData("model.merges", """["h nope"]""", "lacks \"nope\"")]
    [InlineData("model.merges", """["h w"]""", "lacks \"hw\"")]
    [InlineData("model.merges", """[["h"]]""", "model.merges[0]")]
    [InlineData("model.merges", """[["h",1]]""", "model.merges[0][1] is 1")]
    [InlineData("model.merges", "{}", "model.merges is {}")]
    [InlineData("model.merges", """[null]""", "model.merges[0] is null")]
    [InlineData("model.dropout", "0.1", "model.dropout is 0.1")]
    [InlineData("model.unk_token", "\"nope\"", "model.unk_token")]
    [InlineData("model.fuse_unk", "1", "model.fuse_unk is 1")]
    [InlineData("model.continuing_subword_prefix", "\"##\"", "model.continuing_subword_prefix")]
    [InlineData("model.end_of_word_suffix", "\"</w>\"", "model.end_of_word_suffix")]
    [InlineData("added_tokens", "{}", "added_tokens is {}")]
    [InlineData("added_tokens", """[{"content":"x"}]""", "added_tokens[0].id is missing")]
    [InlineData("added_tokens", """[{"id":300}]""", "added_tokens[0].content is missing")]
    [InlineData("added_tokens", """[{"id":300,"content":"<a>"},{"id":300,"content":"<b>"}]""", "id 300")]
    [InlineData("added_tokens", """[{"id":300,"content":"<a>"},{"id":301,"content":"<a>"}]""", "added_tokens[1]")]
    [InlineData("added_tokens", """[{"id":256,"content":"<a>"}]""", "id 256")]
    [InlineData("added_tokens", """[{"id":300,"content":"\ud800"}]""", "added_tokens[0].content")]
    [InlineData("added_tokens", """[{"id":300,"content":"a","special":"yes"}]""", "added_tokens[0].special")]
    [InlineData("normalizer", """{"type":"Precompiled"}""", "normalizer.type is \"Precompiled\"")]
    [InlineData("normalizer", """{"type":"Sequence","normalizers":[{"type":"Nope"}]}""", "normalizer.normalizers[0].type")]
    [InlineData("normalizer", """{}""", "normalizer.type is missing")]
    [InlineData("normalizer", "[]", "normalizer is []")]
    [InlineData("pre_tokenizer", """{"type":"UnicodeScripts"}""", "pre_tokenizer.type")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{},"behavior":"Isolated"}""", "pre_tokenizer.pattern")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":""},"behavior":"Isolated"}""", "pre_tokenizer.pattern.String")]
    [InlineData("pre_tokenizer", """{"type":"Split","pattern":{"String":"a"},"behavior":"Nope"}""", "pre_tokenizer.behavior")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"ab"}""", "pre_tokenizer.replacement")]
    [InlineData("pre_tokenizer", """{"type":"Metaspace","replacement":"a","prepend_scheme":"x"}""", "pre_tokenizer.prepend_scheme")]
    [InlineData("decoder", """{"type":"WordPiece"}""", "decoder.type")]
    [InlineData("decoder", """{"type":"Strip","content":"","start":0,"stop":0}""", "decoder.content")]
    [InlineData("decoder", """{"type":"Strip","content":" ","start":-1,"stop":0}""", "decoder.start")]
    [InlineData("post_processor", """{"type":1}""", "post_processor.type")]
    public void Load_BrokenKey_NamesFileAndKey(string path, string? json, string expected)
    {
        var file = ByteLevel();
        var keys = path.Split('.');
        var parent = keys.Length == 1 ? file : file[keys[0]]!.AsObject();
        parent.Remove(keys[^1]);
        using var folder = new TemporaryFolder();
        // Put in as text, since a JsonNode would not hold everything that a broken file can.
        parent["@"] = "@";
        folder.Write("tokenizer.json", file.ToJsonString().Replace(
            "\"@\":\"@\"", json is null ? "\"x\":0" : $"\"{keys[^1]}\":{json}", StringComparison.Ordinal));

        var refusal = Assert.Throws<ModelFolderException>(() => ModelTokenizer.Load(folder.Path));

        Assert.EndsWith("tokenizer.json", refusal.File, StringComparison.Ordinal);
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_TokenTwice_IsRefused()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", """{"model":{"vocab":{"a":0,"a":1},"merges":[]}}""");

        Assert.Contains("model.vocab.a appears twice", Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NoFile_SaysSo()
    {
        using var folder = new TemporaryFolder();

        Assert.Contains("does not exist", Refusal(folder.Path), StringComparison.Ordinal);
        Assert.Contains("does not exist", Refusal(Path.Combine(folder.Path, "nowhere")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull")]
    [InlineData("", "no valid JSON")]
    [InlineData("null", "not an object")]
    [InlineData("[1]", "not an object")]
    public void Load_OtherContent_SaysWhat(string content, string expected)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", content);

        Assert.Contains(expected, Refusal(folder.Path), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ByteOrderMark_IsPassedOver()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(ByteLevel().ToJsonString())]);

        Assert.Equal([259], ModelTokenizer.Load(folder.Path).Encode("hello"));
    }

    [Fact]
    public void Load_BrokenConfig_NamesThatFile()
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", ByteLevel().ToJsonString());
        folder.Write("tokenizer_config.json", """{"added_tokens_decoder":{"x":{"content":"<a>"}}}""");

        var refusal = Assert.Throws<ModelFolderException>(() => ModelTokenizer.Load(folder.Path));

        Assert.EndsWith("tokenizer_config.json", refusal.File, StringComparison.Ordinal);
        Assert.Contains("added_tokens_decoder.x", refusal.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_CutOrFlippedAnywhere_RefusesOrLoads(bool cut)
    {
        var file = ByteFallback();
        file["pre_tokenizer"] = Split(new JsonObject { ["Regex"] = LlamaPattern }, "Isolated");
        var intact = Encoding.UTF8.GetBytes(file.ToJsonString());
        var random = new Random(7);
        using var folder = new TemporaryFolder();
        var refused = 0;
        for (var round = 0; round < 120; round++)
        {
            var damaged = cut ? intact[..random.Next(intact.Length)] : [.. intact];
            if (!cut)
            {
                damaged[random.Next(intact.Length)] ^= (byte)(1 << random.Next(8));
            }

            folder.Write("tokenizer.json", damaged);
            try
            {
                // What still loads must work: no damage shows up later as another exception.
                var tokenizer = ModelTokenizer.Load(folder.Path);
                tokenizer.Decode(tokenizer.Encode("the 你 <|end|>", interpretSpecialTokens: true));
            }
            catch (ModelFolderException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, cut ? 120 : 20, 120);
    }

    private static string Refusal(string folder) => Assert.Throws<ModelFolderException>(() => ModelTokenizer.Load(folder)).Message;
}
