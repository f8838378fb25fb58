using System.Text.Json.Nodes;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tests.Tokenization;
using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference.Tests.Embeddings;

public sealed class WordPieceTests
{
    [Theory]
    [InlineData("unaffable", "un ##aff ##able")]
    [InlineData("Hello, world!", "hello , world !")]
    [InlineData("  HELLO\t\nworlds ", "hello world ##s")]
    [InlineData("Café cafe\u0301", "cafe cafe")]
    [InlineData("你好a", "你 好 a")]
    [InlineData("hello\u0000\uFFFD\u200Bworld", "[UNK]")]
    [InlineData("hel\u00ADlo", "hello")]
    [InlineData("hello\u0085world", "[UNK]")]
    [InlineData("hello\u3000world", "hello world")]
    [InlineData("unaffablex hello", "[UNK] hello")]
    [InlineData("aff", "[UNK]")]
    [InlineData("ssssssssssssssssssssa", "[UNK]")]
    [InlineData("[CLS] a", "[ cls ] a")]
    [InlineData("hello😀", "[UNK]")]
    [InlineData("", "")]
    [InlineData("hello!!", "hello ! !")]
    [InlineData("hello$world", "hello [UNK] world")]
    public void Encode_FollowsBert(string text, string expected)
    {
        var tokenizer = Load(EmbeddingSample.WordPiece());

        Assert.Equal(expected, string.Join(' ', tokenizer.Encode(text).Select(tokenizer.TokenText)));
    }

    [Theory]
    [InlineData(true, null, "CAFÉ", "cafe")]
    [InlineData(true, false, "CAFÉ", "[UNK]")]
    [InlineData(false, null, "cafe", "cafe")]
    [InlineData(false, null, "Cafe", "[UNK]")]
    [InlineData(false, true, "café", "cafe")]
    public void Accents_GoWithTheCase_UnlessTheFileSaysOtherwise(bool lowersCase, bool? stripsAccents, string text, string expected)
    {
        var file = EmbeddingSample.WordPiece();
        file["normalizer"]!["lowercase"] = lowersCase;
        file["normalizer"]!["strip_accents"] = stripsAccents;
        var tokenizer = Load(file);

        Assert.Equal(expected, tokenizer.TokenText(Assert.Single(tokenizer.Encode(text))));
    }

    [Theory]
    [InlineData("""{"type":"BertProcessing","sep":["[SEP]",3],"cls":["[CLS]",2]}""", "2", "3")]
    [InlineData("""{"type":"RobertaProcessing","sep":["</s>",3],"cls":["<s>",2],"trim_offsets":true,"add_prefix_space":false}""", "2", "3")]
    [InlineData("""{"type":"Sequence","processors":[{"type":"ByteLevel"},{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A","type_id":1}},{"SpecialToken":{"id":"[SEP]","type_id":1}}],"special_tokens":{}}]}""", "", "3")]
    [InlineData("null", "", "")]
    public void PostProcessor_OfEachKind_GivesTheFrame(string processor, string before, string after)
    {
        var file = EmbeddingSample.WordPiece();
        file["post_processor"] = JsonNode.Parse(processor);

        var frame = Load(file).Frame;

        Assert.Equal((before, after), (string.Join(' ', frame.Before.Select(token => token.Id)), string.Join(' ', frame.After.Select(token => token.Id))));
    }

    [Fact]
    public void LanguageModel_WithWordPieces_IsRefused()
    {
        var exception = Assert.Throws<ModelFolderException>(() => Tests.Tokenization.TokenizerFiles.Load(EmbeddingSample.WordPiece()));

        Assert.Contains("model.type", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Unigram", "model.type")]
    [InlineData("WordLevel", "model.type")]
    public void Tokenizer_OfAnotherKind_IsRefused(string type, string key)
    {
        var file = EmbeddingSample.WordPiece();
        file["model"]!["type"] = type;

        Assert.Contains(key, Assert.Throws<ModelFolderException>(() => Load(file)).Message, StringComparison.Ordinal);
    }

    private static ModelTokenizer Load(JsonObject file)
    {
        using var folder = new TemporaryFolder();
        folder.Write("tokenizer.json", file.ToJsonString());
        return ModelTokenizer.LoadForEmbeddings(folder.Path);
    }
}
