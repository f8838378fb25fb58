namespace Hybrid.Messaging.Amqp;

/// <summary>What a receiver does while another has its session.</summary>
internal enum SessionTaken
{
    /// <summary>It receives nothing until the session is free.</summary>
    Wait,

    /// <summary>Every attempt to receive fails.</summary>
    Fail,
}
