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

    /// <summary>The most alternatives reported for a token (the limit of the OpenAI API).</summary>
    public const int TopLogProbs = 20;

    /// <summary>
    /// The most log-probabilities kept of an answer, alternatives included; the tokens after that come without. Own choice: about 1 MB of JSON,
    /// and 1,560 tokens with 20 alternatives each.
    /// </summary>
    public const int LogProbEntries = 32 * 1024;

    /// <summary>The most tools of a prompt (the limit of the OpenAI API).</summary>
    public const int Tools = 128;

    /// <summary>The most tool calls of a message or an answer. Own choice: as many as there are tools.</summary>
    public const int ToolCalls = 128;

    /// <summary>The most bytes of a JSON schema, and of all tools of a prompt together. Own choice: far above what providers take.</summary>
    public const int SchemaBytes = 256 * 1024;

    /// <summary>The most characters of the caller's name for its user. Own choice.</summary>
    public const int UserCharacters = 512;

    /// <summary>The most notes of a caller (the limit of the OpenAI API, as are the next two).</summary>
    public const int MetadataEntries = 16;

    /// <summary>The most characters of a note's name.</summary>
    public const int MetadataKeyCharacters = 64;

    /// <summary>The most characters of a note.</summary>
    public const int MetadataValueCharacters = 512;

    /// <summary>The most bytes of an event's data, in the event or in a claim. Own choice: JSON can make six bytes of one, and the draft comes on top.</summary>
    public const int DataBytes = 16 * 1024 * 1024;

    /// <summary>The most characters of an idempotency key.</summary>
    public const int IdempotencyKeyCharacters = 255;
}
