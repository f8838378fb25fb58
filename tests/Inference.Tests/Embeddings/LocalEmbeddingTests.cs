using Hybrid.Inference.Embeddings;
using Hybrid.Inference.Folders;
using Microsoft.Extensions.AI;

namespace Hybrid.Inference.Tests.Embeddings;

public sealed class LocalEmbeddingTests
{
    private static readonly int[] HelloWorld = [2, 7, 8, 9, 3];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("mean_tokens", true, false)]
    [InlineData("cls_token", false, true)]
    [InlineData("lasttoken", true, true)]
    public async Task Vector_OfEachPooling_IsWhatTheFolderSays(string pooling, bool types, bool positions)
    {
        using var sample = new EmbeddingSample(types, positions);
        sample.WritePooling(pooling);
        using var model = Load(sample);

        var (vectors, tokens) = await model.EmbedAsync(["Hello world!"], Token);

        var own = sample.TokenVectors(HelloWorld);
        float[] pooled = pooling switch
        {
            "cls_token" => own[0],
            "lasttoken" => own[^1],
            _ => [.. Enumerable.Range(0, EmbeddingSample.HiddenSize).Select(d => own.Average(vector => vector[d]))],
        };
        var norm = MathF.Sqrt(pooled.Sum(value => value * value));
        Assert.Equal(HelloWorld.Length, tokens);
        AssertClose([.. pooled.Select(value => value / norm)], vectors[0]);
        Assert.Equal((EmbeddingSample.HiddenSize, EmbeddingSample.MaxTokens, true), (model.Dimensions, model.MaxTokens, model.Normalizes));
    }

    [Theory]
    [InlineData("token_embeddings", false, false)]
    [InlineData("sentence_embedding", true, true)]
    public async Task Output_AndPlaceOfTheGraph_MayVary(string output, bool isPooled, bool innerFolder)
    {
        using var plain = new EmbeddingSample();
        using var other = new EmbeddingSample(output: output, isPooled: isPooled, innerFolder: innerFolder);
        using var first = Load(plain);
        using var second = Load(other);

        var (expected, _) = await first.EmbedAsync(["unaffable café"], Token);
        var (vectors, _) = await second.EmbedAsync(["unaffable café"], Token);

        AssertClose(expected[0], vectors[0]);
    }

    [Fact]
    public async Task Batch_OfManyLengths_GivesEachTextTheVectorItHasAlone()
    {
        using var sample = new EmbeddingSample(positions: true);
        using var model = Load(sample);
        var random = new Random(1);
        string[] words = ["hello", "world", "unaffable", "a", "the", "café", "你好", "!"];
        var texts = Enumerable.Range(0, 300).Select(_ => string.Join(' ', Enumerable.Range(0, random.Next(6)).Select(_ => words[random.Next(words.Length)]))).ToList();

        var (together, tokens) = await model.EmbedAsync(texts, Token);

        Assert.Equal(texts.Sum(model.CountTokens), tokens);
        for (var i = 0; i < texts.Count; i += 17)
        {
            AssertClose((await model.EmbedAsync([texts[i]], Token)).Vectors[0], together[i]);
        }
    }

    [Fact]
    public async Task Normalization_WithoutTheModule_IsLeftOut()
    {
        using var sample = new EmbeddingSample();
        sample.Write("modules.json", EmbeddingSample.Modules("Transformer", "Pooling"));
        using var model = Load(sample);

        var (vectors, _) = await model.EmbedAsync(["hello"], Token);

        Assert.False(model.Normalizes);
        Assert.NotEqual(1, vectors[0].Sum(value => value * value), 1e-3);
    }

    [Fact]
    public async Task Generator_ReportsUsageModelAndDimensions()
    {
        using var sample = new EmbeddingSample();
        using var model = Load(sample);
        using var generator = new LocalEmbeddingGenerator(model, TimeProvider.System);

        var result = await generator.GenerateAsync(["hello", "hello world!"], new EmbeddingGenerationOptions { Dimensions = EmbeddingSample.HiddenSize }, Token);

        Assert.Equal((2, 8L, 8L), (result.Count, result.Usage!.InputTokenCount!.Value, result.Usage.TotalTokenCount!.Value));
        Assert.All(result, embedding => Assert.Equal((EmbeddingSample.HiddenSize, model.Name), (embedding.Vector.Length, embedding.ModelId)));
        Assert.Equal(EmbeddingSample.HiddenSize, ((EmbeddingGeneratorMetadata)generator.GetService(typeof(EmbeddingGeneratorMetadata))!).DefaultModelDimensions);
        await Assert.ThrowsAsync<NotSupportedException>(() => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 3 }, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync([], null, Token));
        await Assert.ThrowsAsync<ArgumentException>(() => generator.GenerateAsync(Enumerable.Repeat("a", LocalEmbeddingModel.MaxInputs + 1), null, Token));
    }

    [Fact]
    public async Task Text_TooLong_IsRefusedAndNeverCut()
    {
        using var sample = new EmbeddingSample();
        using var model = Load(sample);
        var fits = string.Join(' ', Enumerable.Repeat("a", EmbeddingSample.MaxTokens - 2));

        var (vectors, tokens) = await model.EmbedAsync([fits], Token);
        var exception = await Assert.ThrowsAsync<EmbeddingInputTooLongException>(() => model.EmbedAsync(["a", fits + " a"], Token));

        Assert.Equal((1, EmbeddingSample.MaxTokens), (vectors.Count, tokens));
        Assert.Equal((1, EmbeddingSample.MaxTokens + 1, EmbeddingSample.MaxTokens), (exception.Index, exception.Tokens, exception.MaxTokens));
    }

    [Fact]
    public async Task Cancellation_BeforeAndDuring_Throws()
    {
        using var sample = new EmbeddingSample();
        using var model = Load(sample);
        using var cancel = new CancellationTokenSource();
        var running = model.EmbedAsync([.. Enumerable.Repeat("hello world", LocalEmbeddingModel.MaxInputs)], cancel.Token);

        await cancel.CancelAsync();

        // It may have been quicker than the cancellation.
        var exception = await Record.ExceptionAsync(() => running);
        Assert.True(exception is null or OperationCanceledException, $"{exception}");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => model.EmbedAsync(["a"], cancel.Token));
        Assert.Single((await model.EmbedAsync(["a"], Token)).Vectors);
    }

    [Fact]
    public void SequenceLength_OfSentenceTransformers_OutranksThePositions()
    {
        using var sample = new EmbeddingSample();
        sample.Write("sentence_bert_config.json", """{"max_seq_length":9,"do_lower_case":false}""");
        sample.Write("tokenizer_config.json", """{"model_max_length":1000000000000000019884624838656}""");
        using var model = Load(sample);

        Assert.Equal(9, model.MaxTokens);
    }

    public static TheoryData<string, string, string> Damages => new()
    {
        { "config.json", "", "config.json" },
        { "config.json", "{", "config.json" },
        { "config.json", """{"hidden_size":9,"max_position_embeddings":24}""", "config.json" },
        { "config.json", """{"hidden_size":8}""", "max_position_embeddings" },
        { "config.json", """{"hidden_size":8,"max_position_embeddings":2}""", "no room" },
        { "tokenizer.json", "{}", "model" },
        { "model.onnx", "not a graph", "model.onnx" },
        { "model.onnx", "", "model.onnx" },
        { "modules.json", """[{"type":"sentence_transformers.models.Transformer"},{"type":"sentence_transformers.models.Dense"}]""", "Dense" },
        { "modules.json", "{}", "modules.json" },
        { "1_Pooling/config.json", """{"pooling_mode_max_tokens":true}""", "pooling_mode_max_tokens" },
        { "1_Pooling/config.json", """{"pooling_mode_cls_token":true,"pooling_mode_mean_tokens":true}""", "pooling_mode_mean_tokens" },
        { "1_Pooling/config.json", "{}", "no pooling mode" },
        { "SHA256SUMS", "0000000000000000000000000000000000000000000000000000000000000000  config.json\n", "config.json" },
    };

    [Theory]
    [MemberData(nameof(Damages))]
    public void Folder_Damaged_IsRefusedByName(string file, string content, string named)
    {
        using var sample = new EmbeddingSample();
        sample.Write(file, content);

        var exception = Assert.Throws<ModelFolderException>(() => Load(sample).Dispose());

        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("model.onnx")]
    public void Folder_WithoutAFile_IsRefusedByName(string file)
    {
        using var sample = new EmbeddingSample();
        sample.Delete(file);

        Assert.Contains(file, Assert.Throws<ModelFolderException>(() => Load(sample).Dispose()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_OfALanguageModel_IsRefused()
    {
        using var sample = new EmbeddingSample(output: "logits");

        Assert.Contains("logits", Assert.Throws<ModelFolderException>(() => Load(sample).Dispose()).Message, StringComparison.Ordinal);
    }

    private static LocalEmbeddingModel Load(EmbeddingSample sample) =>
        LocalEmbeddingModel.Load(new LocalEmbeddingOptions { Path = sample.Path, Threads = 1 }, Token);

    private static void AssertClose(float[] expected, float[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 1e-5f);
        }
    }
}
