using Hybrid.Inference.Chat;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Tokenization;
using Microsoft.Extensions.AI;

namespace Hybrid.EdgeWorker.Models;

/// <summary>A loaded local model, whatever runs it. Thread safe; owns the model.</summary>
internal interface ILocalBackend : IDisposable
{
    /// <summary>
    /// The model. Its last update carries an <see cref="Inference.Answers.AnswerSummary"/>; it throws what
    /// <see cref="Inference.LocalChatClient"/> does.
    /// </summary>
    IChatClient Client { get; }

    /// <summary>The folder's name.</summary>
    string Name { get; }

    /// <summary>Prompt and answer together may have this many tokens.</summary>
    int ContextTokens { get; }

    /// <summary>How its text becomes tokens.</summary>
    ModelTokenizer Tokenizer { get; }

    /// <summary>How it wants conversations written.</summary>
    ChatFormat Format { get; }

    /// <summary>What it is doing right now; null if the backend does not tell.</summary>
    EngineStatus? Status { get; }
}
