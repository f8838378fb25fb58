using System.Runtime.CompilerServices;
using Hybrid.Inference.Answers;
using Hybrid.Inference.Chat;
using Hybrid.Inference.Constraints.Tokens;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization;

namespace Hybrid.Inference;

/// <summary>A language model that runs in this process, loaded from a folder in the onnxruntime-genai layout.</summary>
/// <remarks>Thread safe: any number of callers may generate at once, and their answers are decoded together. Whoever loads it disposes it.</remarks>
public sealed class LocalModel : IDisposable
{
    /// <summary>The most a run's logits may take, in bytes; long prompts are read in pieces small enough.</summary>
    private const long MaxLogitsBytes = 64L << 20;

    private readonly ModelGraph _graph;
    private readonly DecodeEngine _engine;
    private readonly HashSet<int> _endTokens;

    private LocalModel(ModelFolder folder, ModelTokenizer tokenizer, ChatFormat format, ModelGraph graph, EngineOptions options, TimeProvider time)
    {
        Name = folder.Name;
        Tokenizer = tokenizer;
        Format = format;
        Search = folder.Config.Search;
        ContextTokens = graph.ContextTokens;
        _graph = graph;
        _endTokens = [.. folder.Config.EosTokenIds];
        foreach (var stop in format.StopTokens)
        {
            if (tokenizer.FindToken(stop) is { } id)
            {
                _endTokens.Add(id);
            }
        }

        Constraints = new ConstraintCache(() => TokenTrie.Build(tokenizer, _endTokens, graph.VocabularySize), _endTokens);
        _engine = new DecodeEngine(graph, options, time);
    }

    /// <summary>The folder's name.</summary>
    public string Name { get; }

    /// <summary>How its text becomes tokens.</summary>
    public ModelTokenizer Tokenizer { get; }

    /// <summary>How it wants conversations written.</summary>
    public ChatFormat Format { get; }

    /// <summary>What its publisher recommends for choosing tokens.</summary>
    public SearchDefaults Search { get; }

    /// <summary>Prompt and answer together may have this many tokens.</summary>
    public int ContextTokens { get; }

    /// <summary>Whether idle workers spin, as configured or decided while loading.</summary>
    public bool Spins => _graph.Spins;

    /// <summary>What it is doing right now; roughly consistent.</summary>
    public EngineStatus Status => _engine.Status;

    /// <summary>The forms answers were lately held to.</summary>
    internal ConstraintCache Constraints { get; }

    /// <summary>Loads a model.</summary>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    /// <exception cref="ModelFolderException">The folder is missing, damaged or of an unsupported kind; the message says how to mend it.</exception>
    /// <exception cref="OperationCanceledException">Loading was cancelled.</exception>
    public static LocalModel Load(LocalModelOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        options.Validate();

        var folder = ModelFolder.Open(options.Path, cancellationToken);
        var tokenizer = ModelTokenizer.Load(folder.Path);
        RefuseForeignTokenizer(folder, tokenizer);
        var format = ChatFormat.Recognise(folder, options.ChatFormat, time);
        cancellationToken.ThrowIfCancellationRequested();

        var runTokens = (int)Math.Clamp(
            MaxLogitsBytes / (folder.Config.VocabularySize * sizeof(float)),
            options.MaxBatch,
            Math.Max(options.MaxBatch, options.PrefillChunkTokens));
        var graph = ModelGraph.Load(folder, new GraphOptions(options.Threads ?? Environment.ProcessorCount, options.Spinning, runTokens));
        try
        {
            GraphProbe.Run(graph, Path.GetFileName(folder.OnnxFile));
            var budget = options.KvBudgetBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4;
            return new LocalModel(folder, tokenizer, format, graph, new EngineOptions(
                budget,
                options.PrefixPoolBytes ?? budget / 2,
                options.MaxBatch,
                options.MaxQueued,
                options.PrefillChunkTokens,
                options.SharedPrefillChunkTokens,
                options.DefaultMaxOutputTokens), time);
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>Generates an answer to a rendered prompt.</summary>
    /// <param name="prompt">The prompt's pieces, as <see cref="ChatFormat.Render"/> gives them.</param>
    /// <param name="options">How to generate.</param>
    /// <param name="cancellationToken">Ends the generation within one token, also inside a long prompt.</param>
    /// <returns>The answer in pieces; the last one carries the summary. Nothing happens before it is enumerated; leaving early cancels.</returns>
    /// <exception cref="ArgumentException">An option lies outside its range, or the prompt is empty.</exception>
    /// <exception cref="PromptTooLongException">The prompt leaves no room in the context.</exception>
    /// <exception cref="KvBudgetExceededException">Prompt and answer could never fit into the memory budget.</exception>
    /// <exception cref="InferenceQueueFullException">Too many prompts wait already.</exception>
    /// <exception cref="InferenceFailedException">The model could not be run.</exception>
    /// <exception cref="NotSupportedException">A format is asked for, and the model's tokenizer cannot be held to one.</exception>
    /// <exception cref="OperationCanceledException">The generation was cancelled.</exception>
    public IAsyncEnumerable<AnswerPiece> GenerateAsync(
        IReadOnlyList<PromptSegment> prompt, GenerationOptions options, CancellationToken cancellationToken) =>
        GenerateAsync([.. Tokenizer.Encode(prompt)], options, cancellationToken);

    /// <summary>Generates an answer to a prompt given as tokens.</summary>
    /// <inheritdoc cref="GenerateAsync(IReadOnlyList{PromptSegment}, GenerationOptions, CancellationToken)"/>
    public async IAsyncEnumerable<AnswerPiece> GenerateAsync(
        int[] prompt, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();

        var constraint = options.Format is { } format ? Constraints.Create(format) : null;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writer = new AnswerWriter(Tokenizer, options);
        _engine.Submit(
            new SequenceRequest(prompt, options.Sampling, _endTokens, options.MaxOutputTokens, options.TopLogProbabilities, constraint, options.IsLowPriority), writer, leaving.Token);
        try
        {
            // The decode loop ends the channel itself when cancelled, so that nothing is still running when this returns.
            await foreach (var piece in writer.Pieces.ReadAllAsync(CancellationToken.None))
            {
                yield return piece;
            }
        }
        finally
        {
            await leaving.CancelAsync();
            await writer.Ended;
        }

        cancellationToken.ThrowIfCancellationRequested();
        if (writer.Cancelled)
        {
            throw new OperationCanceledException("The model was closed while it generated.");
        }
    }

    /// <summary>Cancels what is being generated and frees the model.</summary>
    public void Dispose()
    {
        _engine.Dispose();
        _graph.Dispose();
    }

    private static void RefuseForeignTokenizer(ModelFolder folder, ModelTokenizer tokenizer)
    {
        if (tokenizer.VocabularySize > folder.Config.VocabularySize)
        {
            throw new ModelFolderException(
                "tokenizer.json",
                $"it has {tokenizer.VocabularySize} tokens, but {GenAiConfig.FileName} says model.vocab_size is {folder.Config.VocabularySize}",
                "The files belong to different models; download the folder again.");
        }

        foreach (var id in folder.Config.EosTokenIds)
        {
            if (id >= folder.Config.VocabularySize)
            {
                throw new ModelFolderException(
                    GenAiConfig.FileName,
                    $"model.eos_token_id has {id}, outside the vocabulary of {folder.Config.VocabularySize}",
                    "The file is damaged; download the folder again.");
            }
        }
    }
}
