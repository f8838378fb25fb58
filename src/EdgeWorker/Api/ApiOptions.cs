namespace Hybrid.EdgeWorker.Api;

/// <summary>Where the device can be talked to.</summary>
internal sealed class ApiOptions
{
    public const string SectionName = "Api";

    /// <summary>The address; loopback only.</summary>
    public string Url { get; set; } = "http://127.0.0.1:8000";
}
