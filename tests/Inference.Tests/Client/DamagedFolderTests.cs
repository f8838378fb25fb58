using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tests.Models;
using Hybrid.ModelWriter;

namespace Hybrid.Inference.Tests.Client;

/// <summary>200 damaged folders: each is refused with a clear error, and never with a crash, a hang or another exception.</summary>
public sealed class DamagedFolderTests(TestModels models)
{
    private const string Checksums = "SHA256SUMS";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Load_TruncatedAnywhere_IsRefused()
    {
        var random = new Random(1);
        var files = Files();
        for (var i = 0; i < 60; i++)
        {
            await RefusedAsync(i % 2 == 0, folder =>
            {
                var file = Path.Combine(folder, files[i % files.Length]);
                using var stream = File.OpenWrite(file);
                stream.SetLength(random.NextInt64(stream.Length));
                return $"{files[i % files.Length]} truncated to {stream.Length}";
            });
        }
    }

    [Fact]
    public async Task Load_BitFlippedUnderChecksums_IsRefused()
    {
        var random = new Random(2);
        var files = Files();
        for (var i = 0; i < 60; i++)
        {
            await RefusedAsync(keepChecksums: true, folder => Flip(Path.Combine(folder, files[i % files.Length]), random));
        }
    }

    [Fact]
    public async Task Load_BitFlippedGraphWithoutChecksums_NeverCrashes()
    {
        // Without checksums a flip may hit something that changes nothing (a name, a comment); what must hold is: refused or loaded.
        var random = new Random(3);
        for (var i = 0; i < 60; i++)
        {
            var folder = models.Copy(models.TinyFolder);
            File.Delete(Path.Combine(folder, Checksums));
            var what = Flip(Path.Combine(folder, "model.onnx"), random);

            var exception = await Record.ExceptionAsync(() => LoadAsync(folder));

            Assert.True(exception is null or ModelFolderException, $"{what}: {exception}");
        }
    }

    [Fact]
    public async Task Load_WrongJson_IsRefused()
    {
        string[] damages = ["", "{", "[]", "null", "\"text\"", "{\"model\": 5}", "{\"model\": {}}", "\0\0\0\0", "{\"a\":1}}", "<html>404</html>"];
        foreach (var file in new[] { "genai_config.json", "tokenizer.json", "tokenizer_config.json" })
        {
            foreach (var damage in damages.Where(damage => file != "tokenizer_config.json" || !damage.StartsWith("{\"model", StringComparison.Ordinal)))
            {
                await RefusedAsync(keepChecksums: false, folder =>
                {
                    File.WriteAllText(Path.Combine(folder, file), damage);
                    return $"{file} is {damage}";
                });
            }
        }
    }

    [Theory]
    [InlineData("\"vocab_size\": 320", "\"vocab_size\": 321")]
    [InlineData("\"vocab_size\": 320", "\"vocab_size\": 300")]
    [InlineData("\"vocab_size\": 320", "\"vocab_size\": -1")]
    [InlineData("\"vocab_size\": 320", "\"vocab\": 320")]
    [InlineData("\"head_size\": 16", "\"head_size\": 8")]
    [InlineData("\"head_size\": 16", "\"head_size\": \"16\"")]
    [InlineData("\"head_size\": 16", "\"head\": 16")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 0")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_layers\": 2")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 4")]
    [InlineData("\"num_key_value_heads\": 2", "\"num_key_value_heads\": 3")]
    [InlineData("\"num_key_value_heads\": 2", "\"kv_heads\": 2")]
    [InlineData("\"context_length\": 512", "\"context_length\": 0")]
    [InlineData("\"context_length\": 512", "\"context\": 512")]
    [InlineData("\"filename\": \"model.onnx\"", "\"filename\": \"other.onnx\"")]
    [InlineData("\"filename\": \"model.onnx\"", "\"filename\": \"../model.onnx\"")]
    [InlineData("\"filename\": \"model.onnx\"", "\"file\": \"model.onnx\"")]
    [InlineData("\"input_ids\": \"input_ids\"", "\"input_ids\": \"tokens\"")]
    [InlineData("past_key_values.%d.key", "past.%d.key")]
    [InlineData("present.%d.value", "present.value")]
    [InlineData("\"type\": \"phi3\"", "\"type\": \"whisper\"")]
    [InlineData("\"type\": \"phi3\"", "\"type\": \"phi3v\"")]
    public async Task Load_ConfigurationThatDoesNotFit_IsRefused(string from, string to) =>
        await RefusedAsync(keepChecksums: false, folder =>
        {
            var file = Path.Combine(folder, "genai_config.json");
            var text = File.ReadAllText(file);
            Assert.Contains(from, text, StringComparison.Ordinal);
            File.WriteAllText(file, text.Replace(from, to, StringComparison.Ordinal));
            return to;
        });

    [Fact]
    public async Task Load_AnyFileMissing_IsRefused()
    {
        foreach (var file in Files())
        {
            await RefusedAsync(keepChecksums: true, folder =>
            {
                File.Delete(Path.Combine(folder, file));
                return $"{file} is missing";
            });
        }
    }

    [Fact]
    public async Task Load_LargeFileStorePointer_SaysHowToFetchIt()
    {
        foreach (var file in new[] { "model.onnx", "model.onnx.data", "tokenizer.json" })
        {
            var message = await RefusedAsync(keepChecksums: false, folder =>
            {
                File.WriteAllText(Path.Combine(folder, file), "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n");
                return file;
            });

            Assert.Contains("git lfs pull", message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Load_WeightsThatAreNotNumbers_IsRefused()
    {
        var folder = models.Folder("nan", TestModels.Tiny, new NanWeights());

        var exception = await Assert.ThrowsAsync<ModelFolderException>(() => LoadAsync(folder));

        Assert.Contains("not numbers", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_NoFolder_IsRefused() =>
        Assert.Contains("no-such-folder", (await Assert.ThrowsAsync<ModelFolderException>(() => LoadAsync("no-such-folder"))).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Load_FolderOfLinks_AsHuggingFaceCachesAre_Loads()
    {
        var links = Directory.CreateTempSubdirectory("hybrid-links-").FullName;
        try
        {
            foreach (var file in Directory.EnumerateFiles(models.TinyFolder))
            {
                File.CreateSymbolicLink(Path.Combine(links, Path.GetFileName(file)), file);
            }

            Assert.Null(await Record.ExceptionAsync(() => LoadAsync(links)));
        }
        finally
        {
            Directory.Delete(links, recursive: true);
        }
    }

    private string[] Files() =>
        [.. Directory.GetFiles(models.TinyFolder).Select(file => Path.GetFileName(file)).Where(file => file != Checksums).Order()
            .Where(file => file is not ("config.json" or "special_tokens_map.json")).Append("config.json")];

    /// <summary>Damages a copy of the folder and asserts that it is refused; gives the message.</summary>
    private async Task<string> RefusedAsync(bool keepChecksums, Func<string, string> damage)
    {
        var folder = models.Copy(models.TinyFolder);
        if (!keepChecksums)
        {
            File.Delete(Path.Combine(folder, Checksums));
        }

        var what = damage(folder);
        var exception = await Record.ExceptionAsync(() => LoadAsync(folder));

        Assert.True(exception is ModelFolderException, $"{what}: {exception?.ToString() ?? "loaded"}");
        Assert.DoesNotContain("   at ", exception!.Message, StringComparison.Ordinal);
        Directory.Delete(folder, recursive: true);
        return exception.Message;
    }

    private static Task LoadAsync(string folder) => Task.Run(() => LocalModel.Load(
        new LocalModelOptions { Path = folder, Threads = 1, Spinning = SpinningMode.Off }, TimeProvider.System, TestContext.Current.CancellationToken).Dispose())
        .WaitAsync(Limit, TimeProvider.System, TestContext.Current.CancellationToken);

    private static string Flip(string file, Random random)
    {
        var bytes = File.ReadAllBytes(file);
        var at = random.Next(bytes.Length);
        bytes[at] ^= (byte)(1 << random.Next(8));
        File.WriteAllBytes(file, bytes);
        return $"bit flip at {at} of {Path.GetFileName(file)}";
    }

    private sealed class NanWeights : WeightSource
    {
        private readonly RandomWeights _weights = new(seed: 1);

        public override void Fill(string name, ReadOnlySpan<int> shape, Span<float> destination)
        {
            _weights.Fill(name, shape, destination);
            if (name.EndsWith("o_proj.weight", StringComparison.Ordinal))
            {
                destination[0] = float.NaN;
            }
        }
    }
}
