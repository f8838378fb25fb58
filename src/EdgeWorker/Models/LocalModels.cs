using Hybrid.Contracts;
using Hybrid.Inference;
using Hybrid.Inference.Chat;
using Microsoft.Extensions.AI;

namespace Hybrid.EdgeWorker.Models;

/// <summary>The device's local model, or none (mode CloudOnly). Thread safe.</summary>
internal sealed class LocalModels : IDisposable
{
    private readonly ILocalBackend? _backend;

    private LocalModels(ILocalBackend? backend) => _backend = backend;

    /// <summary>The model as a chat client; null if none is loaded.</summary>
    public IChatClient? Client => _backend?.Client;

    /// <summary>The model's name; null if none is loaded.</summary>
    public string? Name => _backend?.Name;

    /// <summary>Prompt and answer together may have this many tokens.</summary>
    public int ContextTokens => _backend?.ContextTokens ?? 0;

    /// <summary>Prompts being decoded and waiting; null if no model is loaded, or its backend does not tell.</summary>
    public Inference.Decoding.EngineStatus? Status => _backend?.Status;

    /// <summary>Loads the model on the configured backend.</summary>
    /// <exception cref="Inference.Folders.ModelFolderException">The folder is missing or damaged.</exception>
    public static LocalModels Load(ModelsOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var local = ModelsOptionsReader.ToLocal(options);
        return options.Backend == ModelBackend.OnnxGenAI && OnnxGenAIPart.Load(local, time, cancellationToken) is { } backend
            ? new LocalModels(backend)
            : Load(local, time, cancellationToken);
    }

    /// <summary>Loads a model on the own decode loop.</summary>
    /// <exception cref="Inference.Folders.ModelFolderException">The folder is missing or damaged.</exception>
    public static LocalModels Load(LocalModelOptions options, TimeProvider time, CancellationToken cancellationToken) =>
        new(new OnnxRuntimeBackend(LocalModel.Load(options, time, cancellationToken), time));

    /// <summary>No model: everything goes to the cloud.</summary>
    public static LocalModels None() => new(null);

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
    public static ChatOptions ToChat(PromptOptions? options)
    {
        var chat = new ChatOptions
        {
            MaxOutputTokens = options?.MaxTokens,
            Temperature = (float?)options?.Temperature,
            TopP = (float?)options?.TopP,
            StopSequences = options?.Stop is { } stop ? [.. stop] : null,
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

    /// <summary>A text's length in the model's tokens; null if none is loaded.</summary>
    public int? CountTokens(string text) => _backend?.Tokenizer.Encode(text).Count;

    private static TokenProbability Probability(Inference.Answers.TokenLogProbability token) => new(token.Bytes.ToArray(), token.LogProbability);

    public void Dispose() => _backend?.Dispose();

    private static ChatTurn Turn(PromptMessage message) => new(
        message.Role switch
        {
            MessageRole.System => ChatRoleKind.System,
            MessageRole.User => ChatRoleKind.User,
            _ => ChatRoleKind.Assistant,
        },
        message.Content);
}
