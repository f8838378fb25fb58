namespace Hybrid.Messaging;

/// <summary>How messages cross. Thread safe; owns its connections.</summary>
public interface IMessageTransport : IAsyncDisposable
{
    /// <summary>What this transport can do beyond the seam.</summary>
    TransportAbilities Abilities { get; }

    /// <summary>Opens a queue; nothing is sent or checked yet. The same address gives the same queue.</summary>
    IMessageQueue Open(QueueAddress address);
}
