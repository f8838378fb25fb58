using Microsoft.Extensions.AI;

namespace Hybrid.Inference.Embeddings;

/// <summary>A <see cref="LocalEmbeddingModel"/> as an <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>.</summary>
/// <remarks>Thread safe. Does not own the model: disposing the generator leaves it loaded.</remarks>
public sealed class LocalEmbeddingGenerator(LocalEmbeddingModel model, TimeProvider time) : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly EmbeddingGeneratorMetadata _metadata = new("hybrid.local", null, model.Name, model.Dimensions);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">Another number of dimensions is asked for than the model has.</exception>
    /// <exception cref="ArgumentException">There are no texts or too many, or one has no tokens.</exception>
    /// <exception cref="EmbeddingInputTooLongException">A text has more tokens than the model reads.</exception>
    /// <exception cref="Decoding.InferenceFailedException">The model could not be run.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (options?.Dimensions is { } dimensions && dimensions != model.Dimensions)
        {
            throw new NotSupportedException($"The embedding model '{model.Name}' gives {model.Dimensions} dimensions; {dimensions} are asked for.");
        }

        var (vectors, tokens) = await model.EmbedAsync([.. values], cancellationToken);
        var created = time.GetUtcNow();
        return new GeneratedEmbeddings<Embedding<float>>(
            vectors.Select(vector => new Embedding<float>(vector) { ModelId = model.Name, CreatedAt = created }))
        {
            Usage = new UsageDetails { InputTokenCount = tokens, TotalTokenCount = tokens },
        };
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
            : serviceType == typeof(LocalEmbeddingModel) ? model
            : serviceType.IsInstanceOfType(this) ? this
            : null;
    }

    /// <summary>Does nothing: the model belongs to whoever loaded it.</summary>
    public void Dispose()
    {
    }
}
