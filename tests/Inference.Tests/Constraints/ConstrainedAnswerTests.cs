using System.Text;
using System.Text.Json;
using Hybrid.Inference.Answers;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Constraints.Tokens;
using Hybrid.Inference.Tests.Models;
using Hybrid.Inference.Tests.Tokenization;
using Microsoft.Extensions.AI;

namespace Hybrid.Inference.Tests.Constraints;

/// <summary>Answers of models with random weights, which would never write JSON by themselves.</summary>
public sealed class ConstrainedAnswerTests(TestModels models)
{
    private static readonly JsonElement Sentence = JsonElement.Parse("""{"const":"größe 😀 is <|end|> \"here\"\n"}""");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("byte-level", 1)]
    [InlineData("byte-fallback", 2)]
    public async Task Answers_ToRandomSchemasAtHighTemperature_ValidateOnceTheyEnd(string kind, int seed)
    {
        using var model = Load(kind == "byte-level" ? models.TinyFolder : models.ByteFallbackFolder);
        var generator = new SchemaGenerator(seed * 1_000);
        var schemas = Enumerable.Range(0, 120).Select(_ => generator.Next()).ToList();

        var answers = await Task.WhenAll(schemas.Select((schema, i) => AskAsync(model, schema, new ChatOptions { MaxOutputTokens = 150, Temperature = 1.9f, Seed = i })));

        var ended = 0;
        foreach (var (schema, answer) in schemas.Zip(answers))
        {
            if (answer.FinishReason == ChatFinishReason.Length)
            {
                AssertBeginsJson(answer.Text);
                continue;
            }

            ended++;
            using var document = JsonDocument.Parse(answer.Text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Assert.True(new SchemaValidator(schema).IsValid(document.RootElement), $"{answer.Text}\n{schema.GetRawText()}");
        }

        Assert.True(ended >= 30, $"Only {ended} of {answers.Length} answers ended.");
    }

    [Fact]
    public async Task Answers_InObjectMode_AreObjectsWithoutRepeatedNames()
    {
        using var model = Load(models.TinyFolder);

        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(seed => AskAsync(
            model, null, new ChatOptions { MaxOutputTokens = 200, Temperature = 1.7f, Seed = seed, ResponseFormat = ChatResponseFormat.Json })));

        var ended = answers.Where(answer => answer.FinishReason == ChatFinishReason.Stop).ToList();
        Assert.NotEmpty(ended);
        foreach (var answer in ended)
        {
            using var document = JsonDocument.Parse(answer.Text, new JsonDocumentOptions { AllowDuplicateProperties = false });
            Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        }

        foreach (var answer in answers.Except(ended))
        {
            Assert.StartsWith("{", answer.Text, StringComparison.Ordinal);
            AssertBeginsJson(answer.Text);
        }
    }

    [Fact]
    public async Task Starter_AskedForJson_WritesIt()
    {
        using var model = Load(Path.Combine(AppContext.BaseDirectory, "starter-small"));
        var schema = JsonElement.Parse("""{"type":"object","properties":{"alarm":{"type":"string","maxLength":12},"urgent":{"type":"boolean"},"level":{"type":"integer","minimum":1,"maximum":5}},"required":["alarm","urgent","level"],"additionalProperties":false}""");

        var answer = await AskAsync(model, schema, new ChatOptions { MaxOutputTokens = 100 });

        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.True(new SchemaValidator(schema).IsValid(JsonElement.Parse(answer.Text)), answer.Text);
    }

    [Theory]
    [InlineData("byte-level")]
    [InlineData("byte-fallback")]
    public async Task Text_WithUnicodeEscapesAndSpecialNames_IsSpelledInWholeCharacters(string kind)
    {
        using var model = Load(kind == "byte-level" ? models.EndlessFolder : models.ByteFallbackFolder);
        var client = new LocalChatClient(model, TimeProvider.System);
        var text = new StringBuilder();

        ChatFinishReason? reason = null;
        await foreach (var update in client.GetStreamingResponseAsync([new(ChatRole.User, "Hi")], Options(Sentence, null), Token))
        {
            Assert.DoesNotContain('\uFFFD', update.Text);
            text.Append(update.Text);
            reason = update.FinishReason ?? reason;
        }

        Assert.Equal(ChatFinishReason.Stop, reason);
        Assert.Equal("größe 😀 is <|end|> \"here\"\n", JsonElement.Parse(text.ToString()).GetString());
    }

    [Fact]
    public async Task TokenLimit_InTheMiddleAndAtTheEnd_IsLengthAndStop()
    {
        using var model = Load(models.EndlessFolder);
        var whole = await AskAsync(model, Sentence, null);
        var tokens = (int)whole.Usage!.OutputTokenCount!;

        var exact = await AskAsync(model, Sentence, new ChatOptions { MaxOutputTokens = tokens });
        var cut = await AskAsync(model, Sentence, new ChatOptions { MaxOutputTokens = tokens - 1 });

        Assert.Equal(ChatFinishReason.Stop, whole.FinishReason);
        Assert.Equal((ChatFinishReason.Stop, whole.Text), (exact.FinishReason, exact.Text));
        Assert.Equal(ChatFinishReason.Length, cut.FinishReason);
        Assert.StartsWith(cut.Text, whole.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Number_OfAModelThatNeverEnds_EndsWhereNoDigitMayFollow()
    {
        using var model = Load(models.EndlessFolder);

        var answer = await AskAsync(model, JsonElement.Parse("""{"type":"integer","minimum":100000}"""), new ChatOptions { MaxOutputTokens = 60, Temperature = 2, Seed = 4 });

        Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
        Assert.True(long.Parse(answer.Text, System.Globalization.CultureInfo.InvariantCulture) >= 100_000);
    }

    [Fact]
    public async Task StopSequence_WithinTheAnswer_StillCutsIt()
    {
        using var model = Load(models.EndlessFolder);

        var answer = await AskAsync(model, Sentence, new ChatOptions { StopSequences = ["end|>"] });

        Assert.Equal("\"größe 😀 is <|", answer.Text);
        Assert.Equal("end|>", AnswerSummary.Of(answer)!.StopSequence);
    }

    [Fact]
    public async Task LogProbabilities_UnderAFormat_AreTheModelsOwn()
    {
        using var model = Load(models.EndlessFolder);
        using var oracle = new Oracle(models.EndlessFolder);
        int[] prompt = [1, 2, 3, 4, 5];
        var options = new GenerationOptions { Format = JsonFormat.FromSchema(Sentence, Token), LogProbabilities = true, TopLogProbabilities = 1, MaxOutputTokens = 4 };

        var tokens = new List<TokenLogProbability>();
        await foreach (var piece in model.GenerateAsync(prompt, options, Token))
        {
            tokens.AddRange(piece.Tokens);
        }

        int[] all = [.. prompt, .. tokens.Select(token => token.Token)];
        Assert.Equal(4, tokens.Count);
        for (var i = 0; i < tokens.Count; i++)
        {
            var logits = oracle.Logits(all.AsSpan(0, prompt.Length + i));
            var sum = logits.Sum(logit => Math.Exp(logit));
            Assert.Equal(logits[tokens[i].Token] - Math.Log(sum), tokens[i].LogProbability, 0.05);
            // What the model would rather have written may be forbidden, and is reported all the same.
            Assert.Equal(logits.Max() - Math.Log(sum), tokens[i].Top[0].LogProbability, 0.05);
        }
    }

    [Fact]
    public async Task Neighbours_WithoutAFormat_WriteAsTheyWouldAlone()
    {
        using var model = Load(models.EndlessFolder);
        using var oracle = new Oracle(models.EndlessFolder);
        var generator = new SchemaGenerator(77);
        var held = Enumerable.Range(0, 6).Select(i => AskAsync(model, generator.Next(), new ChatOptions { MaxOutputTokens = 80, Temperature = 1.5f, Seed = i })).ToList();
        int[] prompt = [10, 20, 30, 40];

        var tokens = new List<int>();
        await foreach (var piece in model.GenerateAsync(prompt, new GenerationOptions { MaxOutputTokens = 60, LogProbabilities = true }, Token))
        {
            tokens.AddRange(piece.Tokens.Select(token => token.Token));
        }

        await Task.WhenAll(held);
        Assert.Equal(60, tokens.Count);
        oracle.AssertGreedy([.. prompt, .. tokens], prompt.Length);
    }

    [Fact]
    public async Task Penalties_AndFilters_KeepToTheFormat()
    {
        using var model = Load(models.TinyFolder);
        var schema = JsonElement.Parse("""{"type":"array","items":{"enum":["x","y"]},"minItems":8,"maxItems":8}""");
        ChatOptions[] all =
        [
            new() { FrequencyPenalty = 2, PresencePenalty = 2 },
            new() { Temperature = 1.5f, TopK = 1, PresencePenalty = -2 },
            new() { Temperature = 2, TopK = 3, TopP = 0.1f, Seed = 1 },
            new() { Temperature = 1, Seed = 2, AdditionalProperties = new() { [ChatOptionNames.MinP] = 1.0, [ChatOptionNames.RepetitionPenalty] = 10.0 } },
        ];

        foreach (var options in all)
        {
            options.MaxOutputTokens = 200;
            var answer = await AskAsync(model, schema, options);

            Assert.Equal(ChatFinishReason.Stop, answer.FinishReason);
            Assert.True(new SchemaValidator(schema).IsValid(JsonElement.Parse(answer.Text)), answer.Text);
        }
    }

    [Fact]
    public void Tokenizer_ThatLacksABytesToken_IsRefused()
    {
        var file = TokenizerFiles.ByteFallback();
        file["model"]!["vocab"]!.AsObject().Remove("<0x7B>");
        file["model"]!["byte_fallback"] = false;
        file["model"]!["fuse_unk"] = false;
        var tokenizer = TokenizerFiles.Load(file);

        var exception = Assert.Throws<NotSupportedException>(() => TokenTrie.Build(tokenizer, new HashSet<int> { 2 }, tokenizer.VocabularySize));

        Assert.Contains("0x7B", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tokenizer_WithSpacesBetweenTokens_IsRefused()
    {
        var file = TokenizerFiles.ByteFallback();
        file.Remove("decoder");
        var model = file["model"]!.AsObject();
        var vocabulary = model["vocab"]!.AsObject();
        for (var c = '!'; c <= '~'; c++)
        {
            vocabulary.TryAdd(c.ToString(), vocabulary.Count + 10);
        }

        Assert.Throws<NotSupportedException>(() => TokenTrie.Build(TokenizerFiles.Load(file), new HashSet<int> { 2 }, 500));
    }

    private static LocalModel Load(string folder) =>
        LocalModel.Load(new LocalModelOptions { Path = folder, Threads = 1, KvBudgetBytes = 64 << 20, MaxQueued = 256 }, TimeProvider.System, Token);

    private static Task<ChatResponse> AskAsync(LocalModel model, JsonElement? schema, ChatOptions? options) =>
        new LocalChatClient(model, TimeProvider.System).GetResponseAsync([new(ChatRole.User, "Hi")], Options(schema, options), Token);

    private static ChatOptions Options(JsonElement? schema, ChatOptions? options)
    {
        options ??= new ChatOptions();
        if (schema is { } element)
        {
            options.ResponseFormat = ChatResponseFormat.ForJsonSchema(element);
        }

        return options;
    }

    private static void AssertBeginsJson(string text)
    {
        // A character that was cut in two ends the text as U+FFFD, which is a character too.
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), isFinalBlock: false, default);
        while (reader.Read())
        {
        }
    }
}
