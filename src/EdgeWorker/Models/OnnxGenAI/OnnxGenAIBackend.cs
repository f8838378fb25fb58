using Hybrid.Inference;
using Hybrid.Inference.Chat;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization;
using Microsoft.Extensions.AI;
using Microsoft.ML.OnnxRuntimeGenAI;

namespace Hybrid.EdgeWorker.Models.OnnxGenAI;

/// <summary>A model folder on Microsoft.ML.OnnxRuntimeGenAI.</summary>
internal sealed class OnnxGenAIBackend : ILocalBackend
{
    private readonly OnnxGenAIChatClient _client;

    private OnnxGenAIBackend(ModelFolder folder, ModelTokenizer tokenizer, ChatFormat format, LocalModelOptions options, TimeProvider time)
    {
        Name = folder.Name;
        ContextTokens = folder.Config.ContextLength;
        Tokenizer = tokenizer;
        Format = format;
        _client = new OnnxGenAIChatClient(CreateClient(folder, format), this, options, time);
    }

    public IChatClient Client => _client;

    public string Name { get; }

    public int ContextTokens { get; }

    public ModelTokenizer Tokenizer { get; }

    public ChatFormat Format { get; }

    public EngineStatus? Status => null;

    /// <summary>Loads a model. The folder is read and checked by the same code as for the other backend, so it fails with the same words.</summary>
    /// <exception cref="ModelFolderException">The folder is missing or damaged, or the library refuses it.</exception>
    public static OnnxGenAIBackend Load(LocalModelOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = ModelFolder.Open(options.Path, cancellationToken);
        var tokenizer = ModelTokenizer.Load(folder.Path);
        var format = ChatFormat.Recognise(folder, options.ChatFormat, time);
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return new OnnxGenAIBackend(folder, tokenizer, format, options, time);
        }
        catch (OnnxRuntimeGenAIException exception)
        {
            throw new ModelFolderException(
                options.Path,
                $"Microsoft.ML.OnnxRuntimeGenAI cannot load it ({exception.Message.TrimEnd('.')})",
                $"Choose {ModelsOptions.SectionName}:{nameof(ModelsOptions.Backend)}={nameof(ModelBackend.OnnxRuntime)}, or another model.",
                exception);
        }
    }

    public void Dispose() => _client.Dispose();

    private static OnnxRuntimeGenAIChatClient CreateClient(ModelFolder folder, ChatFormat format) => new(
        // The full path, as the library's own metadata want it: it makes a file URI of it, and throws for './models'.
        folder.Path,
        new OnnxRuntimeGenAIChatClientOptions
        {
            // The same conversation as the other backend writes it. Unlike there, the library reads special tokens in what people typed too.
            PromptFormatter = (messages, _) => string.Concat(OnnxGenAIChatClient.Render(format, messages).Select(segment => segment.Text)),
            StopSequences = [.. format.StopTokens],
        });
}
