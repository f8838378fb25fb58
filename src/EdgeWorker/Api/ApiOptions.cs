using Hybrid.Contracts;
using Hybrid.EdgeWorker.Pipeline;

namespace Hybrid.EdgeWorker.Api;

/// <summary>Where the device can be talked to, by whom, and how much at once.</summary>
internal sealed class ApiOptions
{
    public const string SectionName = "Api";

    /// <summary>Where to listen: this machine, or an address of it if there is a key. <c>Kestrel:Endpoints</c> take its place.</summary>
    public string Url { get; set; } = "http://127.0.0.1:8000";

    /// <summary>How long a call waits for the cloud, from its beginning. Open WebUI gives up after five minutes.</summary>
    public TimeSpan CloudWait { get; set; } = TimeSpan.FromMinutes(4);

    /// <summary>What the caller gets when the cloud has not answered by then.</summary>
    public CloudWaitEnd OnCloudWait { get; set; } = CloudWaitEnd.Draft;

    /// <summary>How long the outcome of a request whose answer did not arrive is given to the same request sent again.</summary>
    public TimeSpan RetryWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether every caller needs a key. Not set: once the device has had one, and wherever it listens beyond this machine.
    /// </summary>
    public bool? RequireKey { get; set; }

    /// <summary>Names by which it may be called, besides addresses and this machine's own; separated by commas.</summary>
    public string AllowedHosts { get; set; } = "";

    /// <summary>Origins of web pages that may call it, as <c>https://chat.example.com</c>; separated by commas.</summary>
    public string CorsOrigins { get; set; } = "";

    /// <summary>Requests a key may make in a minute; a key may have another number of its own.</summary>
    /// <value>1 to 1,000,000, default 600.</value>
    public int RequestsPerMinute { get; set; } = 600;

    /// <summary>Requests worked on at once, over all callers; streams and waits count until they end.</summary>
    /// <value>1 to 10,000, default 128.</value>
    public int MaxRequests { get; set; } = 128;

    /// <summary>Connections open at once.</summary>
    /// <value>1 to 100,000, default 512.</value>
    public int MaxConnections { get; set; } = 512;

    /// <summary>Bytes of a request's body.</summary>
    /// <value>1 KiB to 64 MiB, default what the largest prompt may need: JSON can make six bytes of one, and the rest is small.</value>
    public long MaxBodyBytes { get; set; } = (6L * Limits.PromptBytes) + (64 << 10);

    /// <summary>Messages of a conversation.</summary>
    /// <value>1 to <see cref="Limits.Messages"/>, which is the default.</value>
    public int MaxMessages { get; set; } = Limits.Messages;

    /// <summary>Tokens of a conversation, as the local model counts them; where none is loaded, a quarter of its bytes.</summary>
    /// <value>1 to 2,097,152, default 131,072.</value>
    public int MaxPromptTokens { get; set; } = 131_072;

    /// <summary>Prompts with a caller who waits that may wait for their turn; one more is refused.</summary>
    /// <value>1 to 1,000,000, default 1,000.</value>
    public int MaxQueued { get; set; } = 1_000;

    /// <summary>What of this is asked where prompts are accepted.</summary>
    public IntakeLimits Intake => new(MaxMessages, MaxPromptTokens, MaxQueued, SectionName);

    /// <summary>The parts of a list in one setting.</summary>
    public static IReadOnlyList<string> Split(string list) =>
        list.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}
