using Hybrid.Messaging.Conformance;

namespace Hybrid.Messaging.Tests.Amqp;

public sealed class RabbitMqConformance(RabbitMqFixture fixture)
    : TransportConformance(fixture), IClassFixture<RabbitMqFixture>;
