using Hybrid.Messaging.Tests.Amqp;

namespace Hybrid.Messaging.Tests.ServiceBus;

/// <summary>The adapter on Azure.Messaging.ServiceBus, with the broker that the AMQP adapter is tested with, as the SDK's emulator.</summary>
public sealed class SdkFixture : ServiceBusFixture
{
    protected override string TransportName => "ServiceBus";
}
