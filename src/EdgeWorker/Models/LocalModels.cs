using Hybrid.Contracts;
using Hybrid.Inference;
using Hybrid.Inference.Chat;
using Hybrid.Inference.Embeddings;
using Microsoft.Extensions.AI;

namespace Hybrid.EdgeWorker.Models;

/// <summary>The device's local models: one that chats, or none (mode CloudOnly), and one for embeddings, where configured. Thread safe.</summary>
internal sealed class LocalModels : IDisposable
{
    private readonly ILocalBackend? _backend;

    private readonly LocalEmbeddingModel? _embeddingModel;

    private LocalModels(ILocalBackend? backend, LocalEmbeddingModel? embeddingModel, TimeProvider time)
    {
        _backend = backend;
        _embeddingModel = embeddingModel;
        Embeddings = embeddingModel is null ? null : new LocalEmbeddingGenerator(embeddingModel, time);
    }

    /// <summary>The model as a chat client; null if none is loaded.</summary>
    public IChatClient? Client => _backend?.Client;

    /// <summary>The model's name; null if none is loaded.</summary>
    public string? Name => _backend?.Name;

    /// <summary>The embedding model as a generator; null if none is configured.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings { get; }

    /// <summary>The embedding model's name, its folder's; null if none is configured.</summary>
    public string? EmbeddingName => _embeddingModel?.Name;

    /// <summary>Prompt and answer together may have this many tokens.</summary>
    public int ContextTokens => _backend?.ContextTokens ?? 0;

    /// <summary>Prompts being decoded and waiting; null if no model is loaded, or its backend does not tell.</summary>
    public Inference.Decoding.EngineStatus? Status => _backend?.Status;

    /// <summary>Loads the model that chats, on the own decode loop, and no other.</summary>
    /// <exception cref="Inference.Folders.ModelFolderException">The folder is missing or damaged.</exception>
    public static LocalModels Load(LocalModelOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        Load(options, null, ModelBackend.OnnxRuntime, time, cancellationToken);

    /// <summary>Loads the models.</summary>
    /// <param name="options">The model that chats; null for none: every prompt goes to the cloud.</param>
    /// <param name="embeddingOptions">The embedding model; null for none.</param>
    /// <param name="backend">What the model that chats runs on.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Stops loading.</param>
    /// <exception cref="Inference.Folders.ModelFolderException">A folder is missing or damaged.</exception>
    public static LocalModels Load(
        LocalModelOptions? options, LocalEmbeddingOptions? embeddingOptions, ModelBackend backend, TimeProvider time, CancellationToken cancellationToken)
    {
        var embeddingModel = embeddingOptions is null ? null : LocalEmbeddingModel.Load(embeddingOptions, cancellationToken);
        try
        {
            return new LocalModels(options is null ? null : LoadChat(options, backend, time, cancellationToken), embeddingModel, time);
        }
        catch
        {
            embeddingModel?.Dispose();
            throw;
        }
    }

    /// <summary>No model: everything goes to the cloud.</summary>
    public static LocalModels None() => new(null, null, TimeProvider.System);

    /// <summary>A conversation's length in the model's tokens, its format's included; null if none is loaded or the format cannot hold it.</summary>
    public int? CountTokens(IReadOnlyList<PromptMessage> messages)
    {
        if (_backend is null)
        {
            return null;
        }

        try
        {
            return _backend.Tokenizer.Encode(_backend.Format.Render([.. messages.Select(Turn)])).Count;
        }
        catch (ArgumentException)
        {
            // The chat format refuses this order of roles; generating will say so.
            return null;
        }
    }

    /// <summary>A conversation as the chat client takes it.</summary>
    public static IEnumerable<ChatMessage> ToChat(IReadOnlyList<PromptMessage> messages) =>
        messages.Select(message => new ChatMessage(new ChatRole(message.Role.ToString().ToLowerInvariant()), message.Content));

    /// <summary>Options as the chat client takes them.</summary>
    /// <param name="options">The caller's.</param>
    /// <param name="lowPriority">Whether others go first.</param>
    public static ChatOptions ToChat(PromptOptions? options, bool lowPriority = false)
    {
        var chat = new ChatOptions
        {
            MaxOutputTokens = options?.MaxTokens,
            Temperature = (float?)options?.Temperature,
            TopP = (float?)options?.TopP,
            // JSON ends by itself; cut off before its end it would be none.
            StopSequences = options is { Stop: { } stop, Json: false } ? [.. stop] : null,
            Seed = options?.Seed,
            FrequencyPenalty = (float?)options?.FrequencyPenalty,
            PresencePenalty = (float?)options?.PresencePenalty,
            ResponseFormat = options switch
            {
                { Schema: { } schema } => ChatResponseFormat.ForJsonSchema(schema.Schema, schema.Name, schema.Description),
                { Json: true } => ChatResponseFormat.Json,
                _ => null,
            },
            AdditionalProperties = [],
        };
        if (lowPriority)
        {
            chat.AdditionalProperties[ChatOptionNames.Priority] = ChatOptionNames.LowPriority;
        }

        if (options?.TopLogProbs is { } top)
        {
            chat.AdditionalProperties[ChatOptionNames.LogProbabilities] = true;
            chat.AdditionalProperties[ChatOptionNames.TopLogProbabilities] = top;
        }

        return chat;
    }

    /// <summary>The tokens of a piece of an answer; none unless they were asked for.</summary>
    public static IReadOnlyList<TokenProbability> TokensOf(ChatResponseUpdate update) =>
        update.RawRepresentation is Inference.Answers.AnswerPiece piece
            ? [.. piece.Tokens.Select(token => Probability(token) with { Top = token.Top.Count == 0 ? null : [.. token.Top.Select(Probability)] })]
            : [];

    /// <summary>What a conversation and the model's answer to it came to in tokens, where nobody has noted it; null if no model is loaded.</summary>
    public TokenUsage? UsageOf(IReadOnlyList<PromptMessage> messages, string answer) =>
        CountTokens(messages) is { } input ? new TokenUsage(input, _backend!.Tokenizer.Encode(answer).Count) : null;

    private static TokenProbability Probability(Inference.Answers.TokenLogProbability token) => new(token.Bytes.ToArray(), token.LogProbability);

    public void Dispose()
    {
        _backend?.Dispose();
        _embeddingModel?.Dispose();
    }

    private static ILocalBackend LoadChat(LocalModelOptions options, ModelBackend backend, TimeProvider time, CancellationToken cancellationToken) =>
        (backend == ModelBackend.OnnxGenAI ? OnnxGenAIPart.Load(options, time, cancellationToken) : null)
        ?? new OnnxRuntimeBackend(LocalModel.Load(options, time, cancellationToken), time);

    private static ChatTurn Turn(PromptMessage message) => new(
        message.Role switch
        {
            MessageRole.System => ChatRoleKind.System,
            MessageRole.User => ChatRoleKind.User,
            _ => ChatRoleKind.Assistant,
        },
        message.Content);
}
