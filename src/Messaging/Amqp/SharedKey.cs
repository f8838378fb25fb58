namespace Hybrid.Messaging.Amqp;

/// <summary>A shared access policy of Service Bus.</summary>
/// <param name="Name">The policy.</param>
/// <param name="Value">Its key, a secret.</param>
internal sealed record SharedKey(string Name, string Value)
{
    /// <summary>Never the key.</summary>
    public override string ToString() => Name;
}
