namespace Hybrid.CloudFunctions.Models;

/// <summary>The large model. Made by <see cref="ModelOptionsReader"/>, hence valid.</summary>
internal sealed record ModelOptions
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string SectionName = "Model";

    /// <summary>Where it runs.</summary>
    /// <value>Default <see cref="ModelProvider.Onnx"/>, so that the pipeline runs without an account.</value>
    public ModelProvider Provider { get; init; } = ModelProvider.Onnx;

    /// <summary>The service's address.</summary>
    /// <value>AzureOpenAI: as <c>https://NAME.openai.azure.com</c>, required. OpenAI: default <c>https://api.openai.com/v1</c>.</value>
    public Uri? Endpoint { get; init; }

    /// <summary>AzureOpenAI: the deployment's name.</summary>
    public string Deployment { get; init; } = "";

    /// <summary>OpenAI: the model's name.</summary>
    public string Model { get; init; } = "";

    /// <summary>The key; where Azure OpenAI has none, the process's identity is used.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Onnx: the model folder, absolute.</summary>
    /// <value>Default <c>models/starter/large</c> beside the program.</value>
    public string Path { get; init; } = "";

    /// <summary>Onnx: the chat format's name where the folder's template is missing or unknown.</summary>
    public string? ChatFormat { get; init; }

    /// <summary>Onnx: threads for the model.</summary>
    /// <value>1 to 1024; null takes the processors this process may use.</value>
    public int? Threads { get; init; }

    /// <summary>The longest one call may take.</summary>
    /// <value>100 ms to 1 h, default 3 minutes.</value>
    public TimeSpan CallTimeout { get; init; } = TimeSpan.FromMinutes(3);

    /// <summary>The longest all attempts at one prompt may take before it goes back to the queue.</summary>
    /// <value>At least <see cref="CallTimeout"/> and below the <c>functionTimeout</c> of <c>host.json</c>; default 8 minutes.</value>
    public TimeSpan TotalTime { get; init; } = TimeSpan.FromMinutes(8);

    /// <summary>
    /// What the configuration calls the model; the name of its price where the model's own answer names none that has one.
    /// </summary>
    public string Name => Provider switch
    {
        ModelProvider.AzureOpenAI => Deployment,
        ModelProvider.OpenAI => Model,
        _ => System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(Path)),
    };
}
