using Hybrid.Messaging;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>Sends to queues that may not be there yet: a device's that was deleted, or one that nobody has used so far.</summary>
internal static class EnsuredSend
{
    /// <summary>Sends; where the queue is missing, creates it and sends again.</summary>
    public static async Task RunAsync(
        IMessageTransport transport, QueueAddress address, Func<Task> send, CancellationToken cancellationToken)
    {
        try
        {
            await send();
        }
        catch (MessagingException exception) when (exception.Kind == MessagingFailure.NotFound)
        {
            await transport.Open(address).EnsureAsync(cancellationToken);
            await send();
        }
    }
}
