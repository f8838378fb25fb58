namespace Hybrid.CloudFunctions.Models;

/// <summary>The model did not answer now; the queue shall deliver the prompt again.</summary>
/// <param name="code">For programs: <c>timeout</c>, <c>http_429</c> and so on.</param>
/// <param name="message">What happened. Carries neither the provider's text nor an inner exception: both may quote the prompt.</param>
internal sealed class ModelUnavailableException(string code, string message) : Exception(message)
{
    /// <summary>For programs.</summary>
    public string Code { get; } = code;
}
