using Hybrid.Messaging.Conformance;

namespace Hybrid.Messaging.Tests.Amqp;

public sealed class ServiceBusConformance(ServiceBusFixture fixture)
    : TransportConformance(fixture), IClassFixture<ServiceBusFixture>;
