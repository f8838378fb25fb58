using System.Runtime.CompilerServices;
using Hybrid.Inference.Answers;
using Hybrid.Inference.Chat;
using Hybrid.Inference.Constraints;
using Microsoft.Extensions.AI;

namespace Hybrid.Inference;

/// <summary>A <see cref="LocalModel"/> as an <see cref="IChatClient"/>.</summary>
/// <remarks>
/// Thread safe. Does not own the model: disposing the client leaves it loaded. A plain answer is its own stream put together, so both
/// behave alike. Each update's <see cref="ChatResponseUpdate.RawRepresentation"/> is its <see cref="AnswerPiece"/>; what is known at the
/// end is read with <see cref="AnswerSummary.Of(ChatResponse)"/>. Beside <see cref="ChatOptions"/>'s members it understands the keys of <see cref="ChatOptionNames"/>.
/// With <see cref="ChatResponseFormatJson"/> the answer is held to JSON while it is written: to any object, or to the format's schema. What
/// comes back is valid unless it was cut off (<see cref="ChatFinishReason.Length"/>, or a stop sequence).
/// Tools and message contents other than text are refused with <see cref="NotSupportedException"/> instead of being ignored.
/// </remarks>
public sealed class LocalChatClient(LocalModel model, TimeProvider time) : IChatClient
{
    private readonly ChatClientMetadata _metadata = new("hybrid.local", null, model.Name);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request needs something a local model cannot do; the message names it.</exception>
    /// <exception cref="ArgumentException">An option lies outside its range, or the conversation does not fit the chat format.</exception>
    /// <exception cref="Constraints.UnsupportedSchemaException">The format's schema asks for what cannot be promised; the message names the place.</exception>
    /// <exception cref="Decoding.PromptTooLongException">The conversation leaves no room in the context.</exception>
    /// <exception cref="Decoding.KvBudgetExceededException">Prompt and answer could never fit into the memory budget.</exception>
    /// <exception cref="Decoding.InferenceQueueFullException">Too many prompts wait already.</exception>
    /// <exception cref="Decoding.InferenceFailedException">The model could not be run.</exception>
    public Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">As for <see cref="GetResponseAsync"/>, and so on; thrown when enumeration begins.</exception>
    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var id = NewId();
        var created = time.GetUtcNow();
        var generation = ChatOptionsReader.Read(options, model.Search) with { Format = FormatOf(options, cancellationToken) };
        await foreach (var piece in model.GenerateAsync(Render(messages, options), generation, cancellationToken))
        {
            var update = new ChatResponseUpdate(ChatRole.Assistant, piece.Text)
            {
                ResponseId = id,
                MessageId = id,
                ModelId = model.Name,
                CreatedAt = created,
                RawRepresentation = piece,
            };
            if (piece.Summary is { } summary)
            {
                summary.AttachTo(update);
                update.FinishReason = ReasonOf(summary);
                update.Contents.Add(new UsageContent(UsageOf(summary)));
            }

            yield return update;
        }
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(ChatClientMetadata) ? _metadata
            : serviceType == typeof(LocalModel) ? model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the model belongs to whoever loaded it.</summary>
    public void Dispose()
    {
    }

    private IReadOnlyList<Tokenization.PromptSegment> Render(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        var turns = new List<ChatTurn>();
        if (!string.IsNullOrEmpty(options?.Instructions))
        {
            turns.Add(new ChatTurn(ChatRoleKind.System, options.Instructions));
        }

        foreach (var message in messages)
        {
            foreach (var content in message.Contents)
            {
                if (content is not (TextContent or UsageContent))
                {
                    throw new NotSupportedException(
                        $"The local model '{model.Name}' reads text only; a {message.Role.Value} message has {content.GetType().Name}.");
                }
            }

            if (!ChatTurn.TryParseRole(message.Role.Value, out var role))
            {
                throw new NotSupportedException(
                    $"The local model '{model.Name}' takes system, developer, user and assistant messages; one has the role {message.Role.Value}.");
            }

            turns.Add(new ChatTurn(role, message.Text));
        }

        return model.Format.Render(turns);
    }

    private JsonFormat? FormatOf(ChatOptions? options, CancellationToken cancellationToken) => options?.ResponseFormat switch
    {
        null or ChatResponseFormatText => null,
        ChatResponseFormatJson { Schema: { } schema } => model.Constraints.FormatOf(schema, cancellationToken),
        ChatResponseFormatJson => JsonFormat.AnyObject,
        var other => throw new NotSupportedException($"Local models answer in text or JSON; {nameof(ChatOptions.ResponseFormat)} is {other.GetType().Name}."),
    };

    private static ChatFinishReason ReasonOf(AnswerSummary summary) =>
        summary.End == AnswerEnd.Length ? ChatFinishReason.Length : ChatFinishReason.Stop;

    private static UsageDetails UsageOf(AnswerSummary summary) => new()
    {
        InputTokenCount = summary.PromptTokens,
        OutputTokenCount = summary.OutputTokens,
        TotalTokenCount = summary.PromptTokens + summary.OutputTokens,
        CachedInputTokenCount = summary.ReusedTokens,
    };

    private static string NewId() => $"chatcmpl-{Guid.CreateVersion7():N}";
}
