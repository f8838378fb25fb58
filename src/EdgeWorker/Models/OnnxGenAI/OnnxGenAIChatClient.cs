using System.Runtime.CompilerServices;
using Hybrid.Inference;
using Hybrid.Inference.Answers;
using Hybrid.Inference.Chat;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Tokenization;
using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Hybrid.EdgeWorker.Models.OnnxGenAI;

/// <summary>
/// Gives the library's client the behaviour the pipeline counts on: one prompt at a time, prompts that fit, limits that hold, stop sequences
/// across token borders, and a summary at the end.
/// </summary>
/// <remarks>
/// The confidence is unavailable: the library's client keeps its generator, the one object that hands out logits, to itself. Thread safe; owns
/// the inner client.
/// </remarks>
internal sealed class OnnxGenAIChatClient(IChatClient inner, ILocalBackend backend, LocalModelOptions local, TimeProvider time)
    : DelegatingChatClient(inner)
{
    /// <summary>The library's names of search options, read from its client's <c>ChatOptions.AdditionalProperties</c>.</summary>
    private const string DoSample = "do_sample";

    // Each answer has a generator with a cache of its own; on one processor they are not faster side by side, and take the memory of all.
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <inheritdoc/>
    public override Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Refuse(options);
        var conversation = messages.ToList();
        var promptTokens = backend.Tokenizer.Encode(Render(backend.Format, conversation)).Count;
        var room = backend.ContextTokens - promptTokens;
        if (room < 1)
        {
            throw new PromptTooLongException(promptTokens, backend.ContextTokens);
        }

        var limit = Math.Min(options?.MaxOutputTokens ?? local.DefaultMaxOutputTokens, room);
        var asked = time.GetTimestamp();
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var begun = time.GetTimestamp();
            var scanner = new StopScanner([.. (options?.StopSequences ?? []).Where(stop => stop.Length > 0)]);
            long? first = null;
            var tokens = 0;
            await using var updates = base.GetStreamingResponseAsync(conversation, InnerOptions(options, limit), cancellationToken)
                .GetAsyncEnumerator(cancellationToken);
            while (scanner.Found is null && await NextAsync(updates))
            {
                if (updates.Current.Text is not { Length: > 0 } text)
                {
                    // An end of a character still to come, or the library's own last update, whose figures we have ourselves.
                    tokens += updates.Current.FinishReason is null ? 1 : 0;
                    continue;
                }

                first ??= time.GetTimestamp();
                tokens++;
                if (scanner.Append(text) is { Length: > 0 } free)
                {
                    yield return new ChatResponseUpdate(ChatRole.Assistant, free) { ModelId = backend.Name };
                }
            }

            var summary = new AnswerSummary
            {
                End = scanner.Found is null && tokens >= limit ? AnswerEnd.Length : AnswerEnd.Stop,
                StopSequence = scanner.Found,
                PromptTokens = promptTokens,
                ReusedTokens = 0,
                OutputTokens = tokens,
                Confidence = null,
                Tokens = [],
                Waited = time.GetElapsedTime(asked, begun),
                Prefill = first is { } start ? time.GetElapsedTime(begun, start) : TimeSpan.Zero,
                Decode = first is { } since ? time.GetElapsedTime(since) : TimeSpan.Zero,
            };
            var last = new ChatResponseUpdate(ChatRole.Assistant, scanner.Found is null ? scanner.Flush() : "")
            {
                ModelId = backend.Name,
                FinishReason = summary.End == AnswerEnd.Length ? ChatFinishReason.Length : ChatFinishReason.Stop,
            };
            last.Contents.Add(new UsageContent(new UsageDetails
            {
                InputTokenCount = promptTokens, OutputTokenCount = tokens, TotalTokenCount = promptTokens + tokens,
            }));
            summary.AttachTo(last);
            yield return last;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A conversation as the model's format writes it.</summary>
    /// <exception cref="NotSupportedException">A role the format does not know.</exception>
    public static IReadOnlyList<PromptSegment> Render(ChatFormat format, IEnumerable<ChatMessage> messages) => format.Render(
        [.. messages.Select(message => ChatTurn.TryParseRole(message.Role.Value, out var role)
            ? new ChatTurn(role, message.Text)
            : throw new NotSupportedException($"A local model takes no message with the role {message.Role.Value}."))]);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing)
        {
            _turn.Dispose();
        }
    }

    /// <summary>The library would ignore these, or take them for something else (a presence penalty for its repetition penalty).</summary>
    private static void Refuse(ChatOptions? options)
    {
        var unknown = options?.AdditionalProperties?.FirstOrDefault(pair => pair.Value is not (null or false)).Key
            ?? (options?.FrequencyPenalty is not (null or 0) ? "frequency_penalty" : null)
            ?? (options?.PresencePenalty is not (null or 0) ? "presence_penalty" : null);
        if (unknown is not null)
        {
            throw new NotSupportedException(
                $"The backend {nameof(ModelBackend.OnnxGenAI)} does not know {unknown}. Leave it out, or choose "
                + $"{ModelsOptions.SectionName}:{nameof(ModelsOptions.Backend)}={nameof(ModelBackend.OnnxRuntime)}.");
        }
    }

    // Stop sequences are left out: the library compares them with single tokens. Without a temperature the folder's own choice stands.
    private static ChatOptions InnerOptions(ChatOptions? options, int limit) => new()
    {
        MaxOutputTokens = limit,
        Temperature = options?.Temperature is > 0 and var temperature ? temperature : null,
        TopP = options?.TopP,
        TopK = options?.TopK,
        Seed = options?.Seed,
        ResponseFormat = options?.ResponseFormat,
        AdditionalProperties = options?.Temperature switch
        {
            null => null,
            0 => new() { [DoSample] = false },
            _ => new() { [DoSample] = true },
        },
    };

    private static async Task<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            return await updates.MoveNextAsync();
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw new InferenceFailedException($"Microsoft.ML.OnnxRuntimeGenAI could not run the model: {exception.Message}", exception);
        }
    }
}
