using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using Microsoft.Extensions.Options;

namespace Hybrid.Messaging.Storage;

/// <summary>The clients of the storage account, made once: they share connections.</summary>
internal sealed class StorageClients : IDisposable
{
    /// <summary>An address that swallows packets is given up after this; a device that is offline must find out within seconds.</summary>
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// The longest one attempt of a queue operation of at most 64 KiB may take, also on a kept connection whose line has died.
    /// </summary>
    private static readonly TimeSpan QueueTimeout = TimeSpan.FromSeconds(8);

    /// <summary>The longest one attempt of a blob operation may take: a claim of 16 MiB over a slow line.</summary>
    private static readonly TimeSpan BlobTimeout = TimeSpan.FromSeconds(100);

    private readonly HttpClient _http;

    public StorageClients(IOptions<MessagingOptions> options)
    {
        // As Azure.Core sets up its own client: no redirects (they would carry the authorization along), no cookies.
        // A connection is renewed now and then so that a changed address of the account is noticed.
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxConnectionsPerServer = 50,
        })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };

        // The versions are pinned to one that Azurite 3.35 knows, so that an emulator started without flags works too.
        // Queues go without the SDK's Base64: it throws on a foreign message inside a batch, where this adapter must put it aside.
        var queues = Tuned(
            new QueueClientOptions(QueueClientOptions.ServiceVersion.V2025_11_05) { MessageEncoding = QueueMessageEncoding.None },
            QueueTimeout);
        var blobs = Tuned(new BlobClientOptions(BlobClientOptions.ServiceVersion.V2025_11_05), BlobTimeout);
        var value = options.Value;
        if (value.UsesIdentity)
        {
            var credential = new DefaultAzureCredential();
            // Another transport needs the blobs alone.
            Queues = string.IsNullOrEmpty(value.QueueServiceUri)
                ? null!
                : new QueueServiceClient(new Uri(value.QueueServiceUri), credential, queues);
            Blobs = new BlobServiceClient(new Uri(value.BlobServiceUri!), credential, blobs);
        }
        else
        {
            Queues = new QueueServiceClient(value.ConnectionString, queues);
            Blobs = new BlobServiceClient(value.ConnectionString, blobs);
        }
    }

    public QueueServiceClient Queues { get; }

    public BlobServiceClient Blobs { get; }

    public void Dispose() => _http.Dispose();

    private TOptions Tuned<TOptions>(TOptions options, TimeSpan timeout)
        where TOptions : ClientOptions
    {
        options.Transport = new HttpClientTransport(_http);
        // The only retries below the outbox pump and the queue's redelivery: enough for a lost packet, not for an outage.
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(200);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = timeout;
        return options;
    }
}
