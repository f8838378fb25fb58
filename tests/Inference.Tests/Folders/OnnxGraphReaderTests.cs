using Hybrid.Inference.Folders;

namespace Hybrid.Inference.Tests.Folders;

public sealed class OnnxGraphReaderTests : IDisposable
{
    private readonly SampleFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_EmptyGraph_SaysSo()
    {
        _folder.Write("model.onnx", []);

        Assert.Equal("has 0 bytes", _folder.Refused().Problem);
    }

    [Fact]
    public void Open_GraphCutOff_TellsBothSizes()
    {
        var bytes = SampleFolder.Onnx();
        _folder.Write("model.onnx", bytes[..^100]);

        Assert.Equal($"is cut off: needs {bytes.Length} bytes, has {bytes.Length - 100}", _folder.Refused().Problem);
    }

    [Fact]
    public void Open_NoGraphAtAll_SaysSo()
    {
        _folder.Write("model.onnx", "<html>404</html>");

        Assert.Contains("damaged or no ONNX model", _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GraphWithoutOutputs_SaysSo()
    {
        _folder.Write("model.onnx", OnnxBytes.Number(1, 10));

        Assert.Contains("no ONNX graph", _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WeightsCutOff_TellsBothSizes()
    {
        _folder.Write("model.onnx.data", new byte[SampleFolder.WeightBytes - 1]);

        var exception = _folder.Refused();

        Assert.Equal("model.onnx.data", exception.File);
        Assert.Equal("is cut off: needs 64 bytes, has 63", exception.Problem);
    }

    [Theory]
    [InlineData("../secret", "0", "1", "keeps weights in \"../secret\"")]
    [InlineData("/etc/passwd", "0", "1", "keeps weights in \"/etc/passwd\"")]
    [InlineData("sub/file", "0", "1", "keeps weights in \"sub/file\"")]
    [InlineData("", "0", "1", "keeps weights in \"\"")]
    [InlineData("model.onnx.data", "-1", "1", "gives \"-1\" as the offset")]
    [InlineData("model.onnx.data", "0", "99999999999999999999", "gives \"99999999999999999999\" as the length")]
    [InlineData("model.onnx.data", "9223372036854775807", "9223372036854775807", "damaged")]
    public void Open_ExternalDataElsewhere_IsRefused(string location, string offset, string length, string problem)
    {
        _folder.Write("model.onnx", SampleFolder.Onnx(OnnxBytes.Initializer(OnnxBytes.ExternalTensor(location, offset, length))));

        Assert.Contains(problem, _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ExternalDataWithoutLengthBesideTheGraph_IsAccepted()
    {
        _folder.Write("model.onnx", SampleFolder.Onnx(OnnxBytes.Initializer(OnnxBytes.ExternalTensor("./model.onnx.data", null, null))));

        Assert.Equal(["model.onnx.data"], _folder.Open().Graph.ExternalFiles);
    }

    [Theory]
    [InlineData("model.vocab_size", "101", "has a vocabulary of 100, but model.vocab_size in genai_config.json is 101")]
    [InlineData("model.decoder.num_hidden_layers", "1", "has more layers than model.decoder.num_hidden_layers")]
    [InlineData("model.decoder.num_hidden_layers", "3", "has no input \"past_key_values.2.key\"")]
    [InlineData("model.decoder.num_key_value_heads", "4", "has 4 key-value heads of size 8")]
    [InlineData("model.decoder.head_size", "16", "has 2 key-value heads of size 16")]
    [InlineData("model.decoder.inputs.input_ids", "\"tokens\"", "has no input \"tokens\", which genai_config.json names; it has attention_mask, input_ids")]
    [InlineData("model.decoder.outputs.logits", "\"scores\"", "has no output \"scores\"")]
    [InlineData("model.decoder.outputs.present_key_names", "\"new.%d\"", "has no output \"new.0\"")]
    public void Open_GraphOfAnotherModel_SaysWhatDiffers(string key, string json, string problem)
    {
        _folder.Set(key, json);

        var exception = _folder.Refused();

        Assert.Equal("model.onnx", exception.File);
        Assert.Contains(problem, exception.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_QuantizedCache_IsRefused()
    {
        _folder.Write("model.onnx", SampleFolder.Onnx(OnnxBytes.Int8, 2, 8, 100));

        Assert.Contains("element type 3", _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SelfEvictingCache_IsRefused()
    {
        _folder.Write("model.onnx", SampleFolder.Onnx(OnnxBytes.Node("GroupQueryAttention", OnnxBytes.IntAttribute("sliding_window_cache", 1))));

        Assert.Contains("sliding_window_cache", _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SubgraphsWithoutEnd_AreRefused()
    {
        var node = OnnxBytes.Node("If");
        for (var depth = 0; depth < 200; depth++)
        {
            node = OnnxBytes.Node("If", OnnxBytes.GraphAttribute("then_branch", node));
        }

        _folder.Write("model.onnx", SampleFolder.Onnx(node));

        Assert.Contains("damaged", _folder.Refused().Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("genai_config.json", 1)]
    [InlineData("model.onnx", 2)]
    [InlineData("tokenizer_config.json", 3)]
    [InlineData("SHA256SUMS", 4)]
    public void Open_DamagedBytes_OnlyEverRefuses(string name, int seed)
    {
        _folder.Write("SHA256SUMS", $"{_folder.HashOf("tokenizer.json")}  tokenizer.json\n");
        var original = _folder.Read(name);
        var random = new Random(seed);
        var refused = 0;
        for (var round = 0; round < 300; round++)
        {
            var bytes = original.ToList();
            for (var change = random.Next(1, 6); change > 0 && bytes.Count > 0; change--)
            {
                var at = random.Next(bytes.Count);
                switch (random.Next(4))
                {
                    case 0:
                        bytes[at] = (byte)random.Next(256);
                        break;
                    case 1:
                        bytes.RemoveRange(at, Math.Min(random.Next(1, 40), bytes.Count - at));
                        break;
                    case 2:
                        bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 40), bytes.Count - at)));
                        break;
                    default:
                        bytes[at] ^= (byte)(1 << random.Next(8));
                        break;
                }
            }

            _folder.Write(name, [.. bytes]);
            try
            {
                _folder.Open();
            }
            catch (ModelFolderException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 20, 300);
    }
}
