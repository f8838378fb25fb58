namespace Hybrid.Contracts;

/// <summary>Sizes and counts. Bytes are UTF-8 bytes of the JSON unless said otherwise.</summary>
public static class Limits
{
    /// <summary>
    /// The largest body of an Azure Storage queue message, in bytes: 64 KiB after Base64, which turns 3 bytes into 4
    /// (Azure Storage, "Scalability and performance targets for Queue Storage").
    /// </summary>
    public const int StorageQueueBodyBytes = 48 * 1024;

    /// <summary>
    /// The largest body of an AMQP message that can be configured, in bytes. Own choice: Service Bus Premium takes more, but a larger one is better off as
    /// a claim.
    /// </summary>
    public const int AmqpBodyBytesMost = 1024 * 1024;

    /// <summary>The most bytes of a conversation, over all messages. Own choice: four times the context of the longest model it is made for.</summary>
    public const int PromptBytes = 2 * 1024 * 1024;

    /// <summary>The most messages of a conversation. Own choice.</summary>
    public const int Messages = 1024;

    /// <summary>The most stop texts (the limit of the OpenAI API).</summary>
    public const int StopSequences = 4;

    /// <summary>The most bytes of an event's data, in the event or in a claim. Own choice: JSON can make six bytes of one, and the draft comes on top.</summary>
    public const int DataBytes = 16 * 1024 * 1024;

    /// <summary>The most characters of an idempotency key.</summary>
    public const int IdempotencyKeyCharacters = 255;
}
