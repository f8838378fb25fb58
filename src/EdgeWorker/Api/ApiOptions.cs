namespace Hybrid.EdgeWorker.Api;

/// <summary>Where the device can be talked to.</summary>
internal sealed class ApiOptions
{
    public const string SectionName = "Api";

    /// <summary>The address; loopback only.</summary>
    public string Url { get; set; } = "http://127.0.0.1:8000";

    /// <summary>How long a call waits for the cloud, from its beginning. Open WebUI gives up after five minutes.</summary>
    public TimeSpan CloudWait { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>What the caller gets when the cloud has not answered by then.</summary>
    public CloudWaitEnd OnCloudWait { get; set; } = CloudWaitEnd.Draft;

    /// <summary>How long the outcome of a request whose answer did not arrive is given to the same request sent again.</summary>
    public TimeSpan RetryWindow { get; set; } = TimeSpan.FromMinutes(10);
}
