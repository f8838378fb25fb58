using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Azure.Identity;
using Hybrid.Inference;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Hybrid.CloudFunctions.Models;

/// <summary>
/// The one client of the large model. Making it begins to load a local model, beside everything else: hosts wait for a program only so
/// long.
/// </summary>
/// <remarks>Thread safe. Owns the client and the model.</remarks>
internal sealed class ModelSource : IAsyncDisposable
{
    private readonly CancellationTokenSource _closing = new();
    private readonly Task<IChatClient> _client;
    private LocalModel? _model;

    public ModelSource(ModelOptions options, TimeProvider time) =>
        _client = options.Provider switch
        {
            ModelProvider.AzureOpenAI => Task.FromResult(CreateAzure(options)),
            ModelProvider.OpenAI => Task.FromResult(CreateOpenAI(options)),
            // Loading reads gigabytes and compiles a graph, all of it synchronously.
            _ => Task.Run<IChatClient>(() => Load(options, time)),
        };

    /// <summary>Whether prompts are answered at once.</summary>
    public bool IsReady => _client.IsCompletedSuccessfully;

    /// <summary>The client, once it is there.</summary>
    /// <exception cref="Inference.Folders.ModelFolderException">The model folder cannot be used.</exception>
    public Task<IChatClient> GetAsync(CancellationToken cancellationToken) => _client.WaitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await ((Task)_client).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (IsReady)
        {
            (await _client).Dispose();
        }

        _model?.Dispose();
        _closing.Dispose();
    }

    private LocalChatClient Load(ModelOptions options, TimeProvider time)
    {
        _model = LocalModel.Load(
            new LocalModelOptions { Path = options.Path, ChatFormat = options.ChatFormat, Threads = options.Threads }, time,
            _closing.Token);
        return new LocalChatClient(_model, time);
    }

    // Azure.AI.OpenAI 2.1.0 was compiled against an older OpenAI: its typed options throw MissingMethodException.
    // Only the way over IChatClient works.
    private static IChatClient CreateAzure(ModelOptions options)
    {
        var settings = new AzureOpenAIClientOptions();
        NeverRetry(settings);
        var client = options.ApiKey is { } key
            ? new AzureOpenAIClient(options.Endpoint, new ApiKeyCredential(key), settings)
            : new AzureOpenAIClient(options.Endpoint, new DefaultAzureCredential(), settings);
        return client.GetChatClient(options.Deployment).AsIChatClient();
    }

    private static IChatClient CreateOpenAI(ModelOptions options)
    {
        var settings = new OpenAIClientOptions { Endpoint = options.Endpoint };
        NeverRetry(settings);
        // Endpoints at home often want no key, but the SDK does.
        return new OpenAIClient(new ApiKeyCredential(options.ApiKey ?? "none"), settings).GetChatClient(options.Model).AsIChatClient();
    }

    // LargeModel is the one layer that retries and measures time: it alone knows the prompt's deadline and the function's limit.
    private static void NeverRetry(ClientPipelineOptions settings)
    {
        settings.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        settings.NetworkTimeout = Timeout.InfiniteTimeSpan;
    }
}
