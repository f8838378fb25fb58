using Amqp;

namespace Hybrid.Messaging.Amqp;

/// <summary>A message on its way, done when the broker has confirmed it.</summary>
internal sealed class Sending(Message message) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
{
    public Message Message => message;

    /// <summary>Its sender no longer wants it sent; what is on the wire already stays there.</summary>
    public bool IsWithdrawn { get; set; }
}
