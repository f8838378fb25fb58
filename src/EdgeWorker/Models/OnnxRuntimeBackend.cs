using Hybrid.Inference;
using Hybrid.Inference.Chat;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Tokenization;
using Microsoft.Extensions.AI;

namespace Hybrid.EdgeWorker.Models;

/// <summary>This product's own decode loop.</summary>
internal sealed class OnnxRuntimeBackend(LocalModel model, TimeProvider time) : ILocalBackend
{
    public IChatClient Client { get; } = new LocalChatClient(model, time);

    public string Name => model.Name;

    public int ContextTokens => model.ContextTokens;

    public ModelTokenizer Tokenizer => model.Tokenizer;

    public ChatFormat Format => model.Format;

    public EngineStatus? Status => model.Status;

    public void Dispose() => model.Dispose();
}
