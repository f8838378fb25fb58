namespace Hybrid.CloudFunctions.Models;

/// <summary>Where the large model runs.</summary>
internal enum ModelProvider
{
    /// <summary>A model folder in this process.</summary>
    Onnx,

    /// <summary>An Azure OpenAI deployment.</summary>
    AzureOpenAI,

    /// <summary>Any endpoint that speaks OpenAI's chat completions.</summary>
    OpenAI,
}
