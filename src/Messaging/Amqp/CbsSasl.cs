using Amqp;
using Amqp.Sasl;
using Amqp.Types;

namespace Hybrid.Messaging.Amqp;

/// <summary>The handshake of Service Bus for who shows tokens later: its own mechanism, or anonymous where that is not offered.</summary>
internal sealed class CbsSasl() : SaslProfile(Name)
{
    /// <summary>Service Bus's mechanism for claims-based security.</summary>
    public const string Name = "MSSBCBS";

    private const string AnonymousName = "ANONYMOUS";

    protected override bool Match(Symbol mechanism) => (string)mechanism is Name or AnonymousName;

    protected override ITransport UpgradeTransport(ITransport transport) => transport;

    protected override DescribedList GetStartCommand(string hostname) =>
        new SaslInit { Mechanism = Mechanism, InitialResponse = [], HostName = hostname };

    protected override DescribedList? OnCommand(DescribedList command) => null;
}
