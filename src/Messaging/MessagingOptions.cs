using Hybrid.Messaging.Amqp;

namespace Hybrid.Messaging;

/// <summary>How messages cross. Values are kept as they were configured, so that a wrong one can be reported with its key.</summary>
public sealed class MessagingOptions
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string SectionName = "Messaging";

    /// <summary>The connection string of an emulator on this machine.</summary>
    public const string DevelopmentStorage = "UseDevelopmentStorage=true";

    /// <summary>Which transport carries the messages.</summary>
    /// <value>One of <see cref="MessagingTransport"/>'s names; default <c>StorageQueue</c>.</value>
    public string Transport { get; set; } = nameof(MessagingTransport.StorageQueue);

    /// <summary>The storage account for claims and outcomes, and for the queues of <c>StorageQueue</c>. A secret, unless it is the emulator's.</summary>
    /// <value>
    /// An Azure Storage connection string; default <c>UseDevelopmentStorage=true</c>. Not read if the two addresses below are set.
    /// </value>
    public string ConnectionString { get; set; } = DevelopmentStorage;

    /// <summary>The account's queues, reached with this process's identity instead of a secret.</summary>
    /// <value>As <c>https://ACCOUNT.queue.core.windows.net</c>; comes together with <see cref="BlobServiceUri"/>. Not used by <c>Amqp</c>.</value>
    public string? QueueServiceUri { get; set; }

    /// <summary>The account's blobs, reached with this process's identity instead of a secret.</summary>
    /// <value>As <c>https://ACCOUNT.blob.core.windows.net</c>; comes together with <see cref="QueueServiceUri"/>, with <c>Amqp</c> alone.</value>
    public string? BlobServiceUri { get; set; }

    /// <summary>The broker of <c>Amqp</c>.</summary>
    public AmqpOptions Amqp { get; } = new();

    /// <summary>Whether the process's identity opens the account, not a connection string.</summary>
    internal bool UsesIdentity => !string.IsNullOrEmpty(QueueServiceUri) || !string.IsNullOrEmpty(BlobServiceUri);
}
