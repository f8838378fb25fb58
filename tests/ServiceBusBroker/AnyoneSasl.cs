using Amqp;
using Amqp.Sasl;
using Amqp.Types;

namespace Hybrid.ServiceBusBroker;

/// <summary>Lets everybody in: who may do what is decided by tokens.</summary>
internal sealed class AnyoneSasl(string mechanism) : SaslProfile(mechanism)
{
    protected override ITransport UpgradeTransport(ITransport transport) => transport;

    protected override DescribedList? GetStartCommand(string hostname) => null;

    protected override DescribedList? OnCommand(DescribedList command) => command is SaslInit ? new SaslOutcome { Code = SaslCode.Ok } : null;
}
