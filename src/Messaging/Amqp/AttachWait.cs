using Amqp;
using Amqp.Framing;

namespace Hybrid.Messaging.Amqp;

/// <summary>Waits until the broker has answered that a link may be attached, or why not.</summary>
internal sealed class AttachWait() : TaskCompletionSource<Attach>(TaskCreationOptions.RunContinuationsAsynchronously)
{
    /// <summary>The broker's answer.</summary>
    public void OnAttached(ILink _, Attach attach)
    {
        // An answer without its own end means no; the reason follows with the detach.
        if (attach.Role ? attach.Target is not null : attach.Source is not null)
        {
            TrySetResult(attach);
        }
    }

    /// <summary>The link's end, before or after.</summary>
    public void OnClosed(IAmqpObject sender, Error? error) =>
        TrySetException(new AmqpException(error ?? sender.Error ?? new Error(ErrorCode.DetachForced)));
}
