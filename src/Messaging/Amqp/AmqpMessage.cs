using System.Text;
using Amqp;

namespace Hybrid.Messaging.Amqp;

/// <summary>A received message with what settles it. Owned by whoever received it.</summary>
internal sealed class AmqpMessage(Inlet inlet, Message raw, ReadOnlyMemory<byte> body, int deliveryCount, string? malformed)
    : ReceivedMessage(body, deliveryCount, malformed)
{
    /// <summary>The link it came by; a broker knows it by no other.</summary>
    public Inlet Inlet => inlet;

    public Message Raw => raw;

    /// <summary>The event's id, as its sender gave it.</summary>
    public string Id { get; } = raw.Properties?.GetMessageId()?.ToString() ?? "";

    /// <summary>Whether it has been settled, or given up. Read and written only while <see cref="Turn"/> is held.</summary>
    public bool IsSettled { get; set; }

    /// <summary>Ends the lock where the broker has none; null where it has.</summary>
    public ITimer? Expiry { get; set; }

    /// <summary>One operation at a time. Never disposed: its wait handle is not used.</summary>
    public SemaphoreSlim Turn { get; } = new(1, 1);

    /// <summary>The body as bytes, or why it cannot be ours.</summary>
    public static (byte[] Body, string? Malformed) BodyOf(Message raw) => raw.Body switch
    {
        byte[] bytes => (bytes, null),
        byte[][] parts => ([.. parts.SelectMany(part => part)], null),
        string text => (Encoding.UTF8.GetBytes(text), null),
        _ => (Encoded(raw), "The message's body is neither bytes nor text, which everything we send is."),
    };

    private static byte[] Encoded(Message raw)
    {
        var buffer = raw.Encode();
        return buffer.Buffer.AsSpan(buffer.Offset, buffer.Length).ToArray();
    }
}
