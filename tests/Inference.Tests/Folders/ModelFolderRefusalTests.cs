using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Tests.Folders;

public sealed class ModelFolderRefusalTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "no model folder is named")]
    [InlineData("/no/such/folder", "does not exist")]
    [InlineData("bad\0path", "cannot be read")]
    public void Open_NoFolder_SaysSo(string path, string problem)
    {
        var exception = Assert.Throws<ModelFolderException>(() => ModelFolder.Open(path, TestContext.Current.CancellationToken));

        Assert.Contains(problem, exception.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_File_NamesItsFolder()
    {
        var file = Path.Combine(_folder.Path, "model.onnx");

        var exception = Assert.Throws<ModelFolderException>(() => ModelFolder.Open(file, TestContext.Current.CancellationToken));

        Assert.Contains("is a file", exception.Problem, StringComparison.Ordinal);
        Assert.Contains(_folder.Path, exception.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WholeRepository_NamesTheFoldersInside()
    {
        _folder.Delete(GenAiConfig.FileName);
        foreach (var inner in new[] { "cpu_and_mobile/cpu-int4", "cuda/cuda-fp16" })
        {
            Directory.CreateDirectory(Path.Combine(_folder.Path, inner));
            _folder.Write($"{inner}/{GenAiConfig.FileName}", "{}");
        }

        var exception = _folder.Refused();

        Assert.Contains("folders inside it do", exception.Problem, StringComparison.Ordinal);
        Assert.Contains("cpu_and_mobile/cpu-int4, cuda/cuda-fp16", exception.Remedy.Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NoConfig_AsksForTheLayout()
    {
        _folder.Delete(GenAiConfig.FileName);

        Assert.Contains("holds no genai_config.json", _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData("{\n  \"model\": {\n", "is cut off: the JSON is not closed at its end, line 3")]
    [InlineData("{\"model\": \"abc", "is cut off")]
    [InlineData("{\n\"model\": }", "is not valid JSON at line 2, position 10")]
    [InlineData("{\"model\": {},}", "is not valid JSON at line 1")]
    [InlineData("{\"model\": {} // note\n}", "is not valid JSON at line 1")]
    [InlineData("[1]", "holds a list; an object is expected")]
    [InlineData("12", "holds 12; an object is expected")]
    [InlineData("{}", "model is missing")]
    [InlineData("{\"model\": 3}", "model is 3; an object is expected")]
    [InlineData("{\"model\": {\"type\": \"\\ud800\"}}", "model.type holds a broken \\u escape")]
    [InlineData("{\"model\": {\"\\ud800\": 1}}", "a key of model holds a broken \\u escape")]
    public void Open_BrokenConfig_SaysWhere(string text, string problem)
    {
        _folder.Write(GenAiConfig.FileName, text);

        var exception = _folder.Refused();

        Assert.Equal(GenAiConfig.FileName, exception.File);
        Assert.StartsWith(problem, exception.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ConfigInOtherEncoding_SaysSo()
    {
        _folder.Write(GenAiConfig.FileName, [(byte)'{', 0xFF, (byte)'}']);

        Assert.Contains("is not UTF-8", _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model.type", null, "model.type is missing")]
    [InlineData("model.vocab_size", null, "model.vocab_size is missing")]
    [InlineData("model.context_length", null, "model.context_length is missing")]
    [InlineData("model.decoder.filename", null, "model.decoder.filename is missing")]
    [InlineData("model.decoder.head_size", null, "model.decoder.head_size is missing")]
    [InlineData("model.decoder.num_hidden_layers", null, "model.decoder.num_hidden_layers is missing")]
    [InlineData("model.decoder.num_attention_heads", null, "model.decoder.num_attention_heads is missing")]
    [InlineData("model.decoder.num_key_value_heads", null, "model.decoder.num_key_value_heads is missing")]
    [InlineData("model.decoder.head_size", "\"64\"", "model.decoder.head_size is \"64\" (a string); a number is expected")]
    [InlineData("model.decoder.head_size", "0", "model.decoder.head_size is 0; it must lie between 1 and 65536")]
    [InlineData("model.decoder.head_size", "8.5", "model.decoder.head_size is 8.5; a whole number is expected")]
    [InlineData("model.decoder.num_hidden_layers", "-1", "model.decoder.num_hidden_layers is -1; it must lie between")]
    [InlineData("model.context_length", "4294967296", "model.context_length is 4294967296; it must lie between 1 and 2147483647")]
    [InlineData("model.vocab_size", "1e400", "model.vocab_size is 1e400; a number is expected")]
    [InlineData("model.decoder.num_key_value_heads", "3", "model.decoder.num_key_value_heads is 3; it must divide model.decoder.num_attention_heads, which is 4")]
    [InlineData("model.eos_token_id", "100", "model.eos_token_id is 100; it must lie between 0 and 99")]
    [InlineData("model.eos_token_id", "[1, \"x\"]", "model.eos_token_id[1] is \"x\" (a string); a number is expected")]
    [InlineData("model.decoder.filename", "\"../model.onnx\"", "model.decoder.filename is \"../model.onnx\"; it must name a file inside")]
    [InlineData("model.decoder.filename", "\"/etc/passwd\"", "model.decoder.filename is \"/etc/passwd\"; it must name a file inside")]
    [InlineData("model.decoder.filename", "\"\"", "model.decoder.filename is \"\"; it must not be empty")]
    [InlineData("model.decoder.inputs.past_key_names", "\"past.key\"", "model.decoder.inputs.past_key_names is \"past.key\"; it must hold %d")]
    [InlineData("model.decoder.session_options.provider_options", "{}", "model.decoder.session_options.provider_options is an object; a list is expected")]
    [InlineData("search.num_beams", "4", "search.num_beams is 4; beam search is not supported")]
    [InlineData("search.top_p", "1.5", "search.top_p is 1.5; it must lie between 0 and 1")]
    [InlineData("search.do_sample", "1", "search.do_sample is 1; true or false is expected")]
    public void Open_WrongValue_NamesKeyAndValue(string key, string? json, string problem)
    {
        _folder.Set(key, json);

        var exception = _folder.Refused();

        Assert.Equal(GenAiConfig.FileName, exception.File);
        Assert.StartsWith(problem, exception.Problem, StringComparison.Ordinal);
        Assert.NotEmpty(exception.Remedy);
    }

    [Theory]
    [InlineData("model.type", "\"whisper\"", "an encoder-decoder model")]
    [InlineData("model.type", "\"marian\"", "an encoder-decoder model")]
    [InlineData("model.type", "\"phi3v\"", "a vision or multimodal model")]
    [InlineData("model.type", "\"phi4mm\"", "a vision or multimodal model")]
    [InlineData("model.type", "\"gemma3\"", "a vision or multimodal model")]
    [InlineData("model.type", "\"lfm2\"", "recurrent or convolutional state")]
    [InlineData("model.type", "\"decoder-pipeline\"", "a pipeline of graphs")]
    [InlineData("model.encoder", """{"filename":"e.onnx"}""", "model.encoder section: this is an encoder-decoder model")]
    [InlineData("model.vision", """{"filename":"v.onnx"}""", "model.vision section: this is a vision or multimodal model")]
    [InlineData("model.speech", """{"filename":"s.onnx"}""", "model.speech section")]
    [InlineData("model.embedding", """{"filename":"e.onnx"}""", "model.embedding section")]
    [InlineData("model.decoder.pipeline", """[{"embeddings":{}}]""", "model.decoder.pipeline")]
    [InlineData("model.decoder.inputs.block_table", "\"block_table\"", "paged key-value cache")]
    [InlineData("model.decoder.inputs", """{"inputs_embeds":"inputs_embeds"}""", "takes embeddings, not tokens")]
    [InlineData("model.decoder.sliding_window", """{"window_size":2048}""", "sliding_window.slide_key_value_cache is true")]
    public void Open_UnsupportedModel_SaysWhatItIs(string key, string json, string problem)
    {
        _folder.Set(key, json);

        Assert.Contains(problem, _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EmptySections_AreNoEncoder()
    {
        _folder.Set("model.encoder", "{}");
        _folder.Set("model.vision", "null");
        _folder.Set("model.decoder.pipeline", "[]");
        _folder.Set("model.decoder.sliding_window", """{"window_size":2048,"slide_key_value_cache":false}""");

        Assert.Equal(2048, _folder.Open().Config.Decoder.SlidingWindow);
    }

    [Fact]
    public void Open_GraphMissing_ListsThoseThatAreThere()
    {
        File.Move(Path.Combine(_folder.Path, "model.onnx"), Path.Combine(_folder.Path, "other.onnx"));

        var exception = _folder.Refused();

        Assert.Contains("is missing", exception.Problem, StringComparison.Ordinal);
        Assert.Contains("other.onnx", exception.Remedy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tokenizer.json")]
    [InlineData("model.onnx.data")]
    public void Open_FileMissing_NamesIt(string name)
    {
        _folder.Delete(name);

        var exception = _folder.Refused();

        Assert.Equal(name, exception.File);
        Assert.StartsWith("is missing in", exception.Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("genai_config.json")]
    [InlineData("model.onnx")]
    [InlineData("model.onnx.data")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    public void Open_GitLfsPointer_SaysHowToFetch(string name)
    {
        _folder.Write(name, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");

        var exception = _folder.Refused();

        Assert.Equal(name, exception.File);
        Assert.Contains("git lfs pull", exception.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ChecksumsMatch_AreVerified()
    {
        _folder.Write("SHA256SUMS", $"# made by hand\n{_folder.HashOf("model.onnx")}  model.onnx\r\n\n{_folder.HashOf("tokenizer.json").ToUpperInvariant()} *tokenizer.json\n");

        Assert.True(_folder.Open().ChecksumsVerified);
    }

    [Theory]
    [InlineData("{0}  model.onnx.data", "model.onnx.data", "differs from its checksum")]
    [InlineData("{0}  gone.bin", "gone.bin", "is missing")]
    [InlineData("{0}  ../model.onnx", "SHA256SUMS", "line 1 names \"../model.onnx\"")]
    [InlineData("{0}  sub/model.onnx", "SHA256SUMS", "line 1 names")]
    [InlineData("{0}", "SHA256SUMS", "line 1 is not a checksum")]
    [InlineData("zz{0}", "SHA256SUMS", "line 1 is not a checksum")]
    [InlineData("# nothing", "SHA256SUMS", "lists no file")]
    [InlineData("", "SHA256SUMS", "lists no file")]
    public void Open_ChecksumsWrong_SaysWhich(string line, string file, string problem)
    {
        _folder.Write("SHA256SUMS", line.Replace("{0}", _folder.HashOf("model.onnx"), StringComparison.Ordinal));

        var exception = _folder.Refused();

        Assert.Equal(file, exception.File);
        Assert.Contains(problem, exception.Problem, StringComparison.Ordinal);
    }
}
