using Amqp;

namespace Hybrid.Messaging.Amqp;

/// <summary>A message on its way, done when the broker has confirmed it.</summary>
internal sealed class Sending : TaskCompletionSource
{
    public Sending(Message message, long since)
        : base(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        Message = message;
        Since = since;
        Node = new LinkedListNode<Sending>(this);
    }

    public Message Message { get; }

    /// <summary>When it was handed in, as a timestamp of the clock.</summary>
    public long Since { get; }

    /// <summary>Its place among those that are not confirmed.</summary>
    public LinkedListNode<Sending> Node { get; }
}
