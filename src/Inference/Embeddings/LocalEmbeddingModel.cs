using System.Numerics.Tensors;
using Hybrid.Inference.Decoding;
using Hybrid.Inference.Folders;
using Hybrid.Inference.Tokenization;
using Microsoft.ML.OnnxRuntime;

namespace Hybrid.Inference.Embeddings;

/// <summary>An embedding model that runs in this process, loaded from a folder as sentence-transformers publishes them.</summary>
/// <remarks>Thread safe: callers take turns, a batch at a time. Whoever loads it disposes it, after the last call has returned.</remarks>
public sealed class LocalEmbeddingModel : IDisposable
{
    /// <summary>The most texts of one call; OpenAI's bound.</summary>
    public const int MaxInputs = 2048;

    /// <summary>Tokens of one run, filling included: what keeps its intermediate values to some tens of megabytes.</summary>
    private const int MaxBatchTokens = 8192;

    private const int MaxBatchTexts = 64;

    private readonly EmbeddingFolder _folder;
    private readonly ModelTokenizer _tokenizer;
    private readonly EmbeddingGraph _graph;
    private readonly SemaphoreSlim _turn = new(1);

    private LocalEmbeddingModel(EmbeddingFolder folder, ModelTokenizer tokenizer, EmbeddingGraph graph)
    {
        (_folder, _tokenizer, _graph) = (folder, tokenizer, graph);
    }

    /// <summary>The folder's name.</summary>
    public string Name => _folder.Name;

    /// <summary>The length of a vector.</summary>
    public int Dimensions { get; private set; }

    /// <summary>The most tokens of a text, the model's special tokens included.</summary>
    public int MaxTokens => _folder.MaxTokens;

    /// <summary>How vectors of tokens become one.</summary>
    public PoolingMode Pooling => _folder.Pooling;

    /// <summary>Whether vectors have length 1.</summary>
    public bool Normalizes => _folder.Normalizes;

    /// <summary>Loads a model.</summary>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    /// <exception cref="ModelFolderException">The folder is missing, damaged or of an unsupported kind; the message says how to mend it.</exception>
    /// <exception cref="OperationCanceledException">Loading was cancelled.</exception>
    public static LocalEmbeddingModel Load(LocalEmbeddingOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var folder = EmbeddingFolder.Open(options.Path, cancellationToken);
        var tokenizer = ModelTokenizer.LoadForEmbeddings(folder.Path);
        if (tokenizer.Frame.Tokens >= folder.MaxTokens)
        {
            throw new ModelFolderException("config.json", $"a text may have {folder.MaxTokens} tokens, which leaves no room beside the special ones", "Download the folder again.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        var graph = EmbeddingGraph.Load(folder, options.Threads ?? Environment.ProcessorCount);
        try
        {
            var model = new LocalEmbeddingModel(folder, tokenizer, graph);
            model.Probe();
            return model;
        }
        catch
        {
            graph.Dispose();
            throw;
        }
    }

    /// <summary>How many tokens a text has, the model's special tokens included.</summary>
    public int CountTokens(string text) => _tokenizer.Encode(text).Count + _tokenizer.Frame.Tokens;

    /// <summary>Turns texts into vectors.</summary>
    /// <param name="texts">1 to <see cref="MaxInputs"/> texts; special tokens in them are characters like any.</param>
    /// <param name="cancellationToken">Ends the work, also within a batch.</param>
    /// <returns>A vector for each text, in order, and how many tokens all texts have.</returns>
    /// <exception cref="ArgumentException">There are no texts or too many, or one has no tokens.</exception>
    /// <exception cref="EmbeddingInputTooLongException">A text has more tokens than the model reads.</exception>
    /// <exception cref="InferenceFailedException">The model could not be run.</exception>
    /// <exception cref="OperationCanceledException">The work was cancelled.</exception>
    public async Task<(IReadOnlyList<float[]> Vectors, int Tokens)> EmbedAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (texts.Count is 0 or > MaxInputs)
        {
            throw new ArgumentException($"{texts.Count} texts were given; 1 to {MaxInputs} are taken at once.", nameof(texts));
        }

        var vectors = new float[texts.Count][];
        var tokens = 0;
        // Work takes milliseconds to seconds of a core; the caller's thread is not ours to keep.
        await Task.Run(
            async () =>
            {
                var encoded = texts.Select((text, index) => Encode(text, index, cancellationToken)).ToList();
                tokens = encoded.Sum(text => text.Ids.Length);
                foreach (var batch in Batches(encoded))
                {
                    await _turn.WaitAsync(cancellationToken);
                    try
                    {
                        Run(batch, vectors, cancellationToken);
                    }
                    finally
                    {
                        _turn.Release();
                    }
                }
            },
            cancellationToken);
        return (vectors, tokens);
    }

    /// <summary>Frees the model.</summary>
    public void Dispose()
    {
        _graph.Dispose();
        _turn.Dispose();
    }

    private EmbeddingText Encode(string text, int index, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ArgumentNullException.ThrowIfNull(text);
        var frame = _tokenizer.Frame;
        var inner = _tokenizer.Encode(text);
        var count = inner.Count + frame.Tokens;
        if (count == 0)
        {
            throw new ArgumentException($"Input {index} has no tokens.", nameof(text));
        }

        return count > MaxTokens
            ? throw new EmbeddingInputTooLongException(index, count, MaxTokens)
            : new EmbeddingText(
                index,
                [.. frame.Before.Select(token => token.Id), .. inner, .. frame.After.Select(token => token.Id)],
                [.. frame.Before.Select(token => token.Type), .. Enumerable.Repeat(frame.TextType, inner.Count), .. frame.After.Select(token => token.Type)]);
    }

    /// <summary>Puts texts of like length together, so that little is filled up.</summary>
    private static IEnumerable<List<EmbeddingText>> Batches(List<EmbeddingText> texts)
    {
        var batch = new List<EmbeddingText>();
        foreach (var text in texts.OrderByDescending(text => text.Ids.Length))
        {
            if (batch.Count > 0 && (batch.Count == MaxBatchTexts || (batch.Count + 1) * batch[0].Ids.Length > MaxBatchTokens))
            {
                yield return batch;
                batch = [];
            }

            batch.Add(text);
        }

        yield return batch;
    }

    private void Run(List<EmbeddingText> texts, float[][] vectors, CancellationToken cancellationToken)
    {
        var batch = new EmbeddingBatch(texts, _folder.PadToken);
        using var options = new RunOptions();
        using (cancellationToken.Register(static state => ((RunOptions)state!).Terminate = true, options))
        {
            try
            {
                var (values, width) = _graph.Run(batch, options);
                for (var row = 0; row < texts.Count; row++)
                {
                    vectors[texts[row].Index] = Pool(values, width, row, batch.Length, texts[row].Ids.Length);
                }
            }
            catch (OnnxRuntimeException exception)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new InferenceFailedException($"ONNX Runtime could not run the embedding model: {ModelGraph.FirstLine(exception.Message)}.", exception);
            }
        }
    }

    private float[] Pool(ReadOnlySpan<float> values, int width, int row, int length, int tokens)
    {
        var vector = new float[width];
        if (_graph.IsPooled)
        {
            values.Slice(row * width, width).CopyTo(vector);
        }
        else
        {
            var own = values.Slice(row * length * width, tokens * width);
            switch (Pooling)
            {
                case PoolingMode.FirstToken:
                    own[..width].CopyTo(vector);
                    break;
                case PoolingMode.LastToken:
                    own[^width..].CopyTo(vector);
                    break;
                default:
                    for (var i = 0; i < tokens; i++)
                    {
                        TensorPrimitives.Add(vector, own.Slice(i * width, width), vector);
                    }

                    TensorPrimitives.Divide(vector, tokens, vector);
                    break;
            }
        }

        var norm = TensorPrimitives.Norm(vector);
        if (!float.IsFinite(norm))
        {
            throw new InferenceFailedException("The embedding model's output is not numbers (NaN or infinity); its weights are damaged. Download the folder again.");
        }

        if (Normalizes && norm > 0)
        {
            TensorPrimitives.Divide(vector, norm, vector);
        }

        return vector;
    }

    /// <summary>Runs the graph once, so that one that loads but does not work is refused before anybody asks it something.</summary>
    private void Probe()
    {
        var vectors = new float[2][];
        try
        {
            Run([Encode("a a", 0, CancellationToken.None), Encode("a", 1, CancellationToken.None)], vectors, CancellationToken.None);
        }
        catch (InferenceFailedException exception)
        {
            throw new ModelFolderException(Path.GetFileName(_folder.OnnxFile), exception.Message.TrimEnd('.'), "Download the folder again, or use a variant made for CPU.", exception);
        }

        Dimensions = vectors[0].Length;
    }
}
