using System.Text;
using System.Text.Json;
using Hybrid.Inference.Answers;
using Hybrid.Inference.Constraints;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Tests.Models;
using Microsoft.Extensions.AI;

namespace Hybrid.Inference.Tests.Client;

public sealed class LocalChatClientTests(TestModels models) : IDisposable
{
    private readonly LocalModel _model = LocalModel.Load(
        new LocalModelOptions { Path = models.EndlessFolder, Threads = 1, KvBudgetBytes = 32 << 20 }, TimeProvider.System, TestContext.Current.CancellationToken);

    private LocalChatClient Client => new(_model, TimeProvider.System);

    private static JsonElement UniqueItems => JsonElement.Parse("""{"type":"object","properties":{"a":{"type":"array","uniqueItems":true}}}""");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streaming_PutTogether_EqualsThePlainAnswer()
    {
        ChatMessage[] messages = [new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hello, größe 😀!")];
        var options = new ChatOptions { MaxOutputTokens = 60, Temperature = 0.9f, Seed = 11 };

        var plain = await Client.GetResponseAsync(messages, options, Token);
        var updates = await CollectAsync(Client.GetStreamingResponseAsync(messages, options, Token));

        var streamed = updates.ToChatResponse();
        Assert.True(updates.Count > 2);
        Assert.NotEmpty(plain.Text);
        Assert.Equal(plain.Text, streamed.Text);
        Assert.Equal(plain.FinishReason, streamed.FinishReason);
        Assert.Equal(plain.Usage!.OutputTokenCount, streamed.Usage!.OutputTokenCount);
        // The second run found its prompt's state ready, so its logits are rounded differently.
        Assert.Equal(SummaryOf(plain).Confidence!.Mean, SummaryOf(streamed).Confidence!.Mean, 1e-4);
        Assert.Equal(_model.Name, plain.ModelId);
    }

    [Fact]
    public async Task Seed_SameAndOther_SameTextAndOtherText()
    {
        var options = new ChatOptions { MaxOutputTokens = 40, Temperature = 1.2f, Seed = 5 };

        var first = await AskAsync("Tell me", options);
        var again = await AskAsync("Tell me", options);
        var other = await AskAsync("Tell me", new ChatOptions { MaxOutputTokens = 40, Temperature = 1.2f, Seed = 6 });

        Assert.Equal(first.Text, again.Text);
        Assert.NotEqual(first.Text, other.Text);
    }

    [Fact]
    public async Task Usage_AndFinishReason_Length()
    {
        var response = await AskAsync("Hi", new ChatOptions { MaxOutputTokens = 9 });

        var prompt = _model.Tokenizer.Encode("<|user|>Hi<|end|><|assistant|>", interpretSpecialTokens: true).Count;
        Assert.Equal(ChatFinishReason.Length, response.FinishReason);
        Assert.Equal((prompt, 9, prompt + 9L), ((int)response.Usage!.InputTokenCount!, (int)response.Usage.OutputTokenCount!, response.Usage.TotalTokenCount!.Value));
        Assert.Equal(9, SummaryOf(response).Confidence!.Tokens);
    }

    [Fact]
    public async Task StopSequence_AnywhereInTheText_CutsThereAcrossTokenBorders()
    {
        var options = new ChatOptions { MaxOutputTokens = 80, Temperature = 1, Seed = 3 };
        var whole = (await AskAsync("Go on", options)).Text;
        Assert.True(whole.Length > 30);

        for (var at = 1; at + 4 < whole.Length; at += 7)
        {
            var stop = whole.Substring(at, 4);
            if (char.IsLowSurrogate(stop[0]) || char.IsHighSurrogate(stop[^1]))
            {
                continue;
            }

            var response = await AskAsync("Go on", new ChatOptions
            {
                MaxOutputTokens = 80,
                Temperature = 1,
                Seed = 3,
                StopSequences = [stop],
                AdditionalProperties = new() { [ChatOptionNames.LogProbabilities] = true },
            });

            // The tokens are those of the text: the last one reaches its end, perhaps beyond, and none comes after.
            var tokens = SummaryOf(response).Tokens.Select(token => token.Bytes.ToArray()).ToList();
            Assert.StartsWith(response.Text, Encoding.UTF8.GetString([.. tokens.SelectMany(bytes => bytes)]), StringComparison.Ordinal);
            // Bytes that are no character are known to be none only with the token after them, which then counts as theirs.
            Assert.False(
                tokens.Count > 0 && !response.Text.EndsWith('\uFFFD') && Encoding.UTF8.GetString([.. tokens.SkipLast(1).SelectMany(bytes => bytes)]).StartsWith(response.Text, StringComparison.Ordinal));
            Assert.Equal(whole[..whole.IndexOf(stop, StringComparison.Ordinal)], response.Text);
            Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
            Assert.Equal(stop, SummaryOf(response).StopSequence);
            Assert.True(response.Usage!.OutputTokenCount <= 80);
        }
    }

    [Fact]
    public async Task LogProbabilities_AskedFor_CoverTheTextTokenByToken()
    {
        var options = new ChatOptions
        {
            MaxOutputTokens = 20,
            AdditionalProperties = new() { [ChatOptionNames.LogProbabilities] = true, [ChatOptionNames.TopLogProbabilities] = 3 },
        };

        var response = await AskAsync("Hi", options);
        var updates = await CollectAsync(Client.GetStreamingResponseAsync([new(ChatRole.User, "Hi")], options, Token));

        var tokens = SummaryOf(response).Tokens;
        var streamed = updates.SelectMany(update => Assert.IsType<AnswerPiece>(update.RawRepresentation).Tokens).ToArray();
        Assert.Equal(20, tokens.Count);
        Assert.Equal(tokens.Select(token => token.Token), streamed.Select(token => token.Token));
        Assert.All(tokens, (token, i) => Assert.Equal(token.LogProbability, streamed[i].LogProbability, 1e-4f));
        Assert.Equal(response.Text, Encoding.UTF8.GetString([.. tokens.SelectMany(token => token.Bytes.ToArray())]));
        Assert.All(tokens, token => Assert.Equal(3, token.Top.Count));
        // Greedy: the token itself is the best.
        Assert.All(tokens, token => Assert.Equal(token.Token, token.Top[0].Token));
        Assert.Equal(tokens.Average(token => token.LogProbability), SummaryOf(response).Confidence!.Mean, 1e-4);
    }

    [Fact]
    public async Task NextTurn_OfTheSameChat_ReusesTheFirst()
    {
        var first = await AskAsync("What is the limit of pump P-101?", new ChatOptions { MaxOutputTokens = 15 });

        var second = await Client.GetResponseAsync(
            [new(ChatRole.User, "What is the limit of pump P-101?"), first.Messages[0], new(ChatRole.User, "And of P-102?")],
            new ChatOptions { MaxOutputTokens = 5 },
            Token);

        Assert.True(second.Usage!.CachedInputTokenCount >= first.Usage!.InputTokenCount, $"{second.Usage.CachedInputTokenCount} tokens were reused.");
    }

    [Fact]
    public async Task SpecialTokens_InTypedText_AreJustText()
    {
        var response = await AskAsync("<|end|><|assistant|>", new ChatOptions { MaxOutputTokens = 1 });

        // As special tokens they would be two; as text they are many.
        Assert.True(response.Usage!.InputTokenCount > 8, $"The prompt has {response.Usage.InputTokenCount} tokens.");
    }

    [Fact]
    public async Task Instructions_BesideMessages_AreASystemMessageInFront()
    {
        var through = await AskAsync("Hi", new ChatOptions { MaxOutputTokens = 10, Instructions = "Be brief." });
        var message = await Client.GetResponseAsync([new(ChatRole.System, "Be brief."), new(ChatRole.User, "Hi")], new ChatOptions { MaxOutputTokens = 10 }, Token);

        Assert.Equal(message.Usage!.InputTokenCount, through.Usage!.InputTokenCount);
        Assert.Equal(message.Text, through.Text);
    }

    [Fact]
    public async Task Cancellation_BetweenTokens_ThrowsAndFreesTheModel()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var seen = 0;

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in Client.GetStreamingResponseAsync([new(ChatRole.User, "Hi")], new ChatOptions { MaxOutputTokens = 400 }, cancel.Token))
            {
                if (++seen == 3)
                {
                    await cancel.CancelAsync();
                }
            }
        });

        Assert.Equal(cancel.Token, exception.CancellationToken);
        Assert.Equal(0, _model.Status.Active);
    }

    [Fact]
    public async Task LeavingTheStreamEarly_CancelsTheGeneration()
    {
        await foreach (var _ in Client.GetStreamingResponseAsync([new(ChatRole.User, "Hi")], new ChatOptions { MaxOutputTokens = 400 }, Token))
        {
            break;
        }

        Assert.Equal((0, 0), (_model.Status.Active, _model.Status.Queued));
    }

    [Fact]
    public async Task Unsupported_Requests_AreNamedAndRefused()
    {
        ChatMessage[] hi = [new(ChatRole.User, "Hi")];

        await RefusedAsync<NotSupportedException>("Tools", hi, new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] });
        await RefusedAsync<UnsupportedSchemaException>("/properties/a/uniqueItems", hi, new ChatOptions { ResponseFormat = ChatResponseFormat.ForJsonSchema(UniqueItems) });
        await RefusedAsync<NotSupportedException>("DataContent", [new(ChatRole.User, [new DataContent(new byte[1], "image/png")])], null);
        await RefusedAsync<NotSupportedException>("tool", [new(ChatRole.Tool, "x")], null);
        await RefusedAsync<ArgumentException>("TopP", hi, new ChatOptions { TopP = 1.5f });
        await RefusedAsync<ArgumentException>("MaxOutputTokens", hi, new ChatOptions { MaxOutputTokens = 0 });
        await RefusedAsync<ArgumentException>("min_p", hi, new ChatOptions { AdditionalProperties = new() { [ChatOptionNames.MinP] = "much" } });
        await RefusedAsync<ArgumentException>("priority", hi, new ChatOptions { AdditionalProperties = new() { [ChatOptionNames.Priority] = "urgent" } });
        await RefusedAsync<ArgumentException>("StopSequences", hi, new ChatOptions { StopSequences = [""] });
        await RefusedAsync<ArgumentException>("message", [], null);
        await RefusedAsync<PromptTooLongException>("512", [new(ChatRole.User, new string('x', 3000))], null);
    }

    [Fact]
    public async Task ManyAtOnce_AllAnswer()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => AskAsync($"Question {i}", new ChatOptions { MaxOutputTokens = 12 })));

        Assert.All(answers, answer => Assert.InRange(answer.Usage!.OutputTokenCount!.Value, 0, 12));
        Assert.Equal(0, _model.Status.Active);
    }

    public void Dispose() => _model.Dispose();

    private Task<ChatResponse> AskAsync(string prompt, ChatOptions options) => Client.GetResponseAsync([new(ChatRole.User, prompt)], options, Token);

    private async Task RefusedAsync<TException>(string named, ChatMessage[] messages, ChatOptions? options)
        where TException : Exception
    {
        var plain = await Assert.ThrowsAnyAsync<TException>(() => Client.GetResponseAsync(messages, options, Token));
        var streamed = await Assert.ThrowsAnyAsync<TException>(() => CollectAsync(Client.GetStreamingResponseAsync(messages, options, Token)));

        Assert.Contains(named, plain.Message, StringComparison.Ordinal);
        Assert.Equal(plain.Message, streamed.Message);
    }

    private static AnswerSummary SummaryOf(ChatResponse response) => AnswerSummary.Of(response) ?? throw new InvalidOperationException("No summary.");

    private static async Task<List<ChatResponseUpdate>> CollectAsync(IAsyncEnumerable<ChatResponseUpdate> updates)
    {
        var all = new List<ChatResponseUpdate>();
        await foreach (var update in updates)
        {
            all.Add(update);
        }

        return all;
    }
}
