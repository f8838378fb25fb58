namespace Hybrid.CloudFunctions.Api;

/// <summary>An error in the form of RFC 9457.</summary>
/// <param name="Title">What kind of error.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What is wrong and how to mend it. Never contains a prompt's text.</param>
/// <param name="Field">The field of the request that is wrong.</param>
internal sealed record Problem(string Title, int Status, string Detail, string? Field = null)
{
    /// <summary>The content type of problems.</summary>
    public const string ContentType = "application/problem+json";
}
