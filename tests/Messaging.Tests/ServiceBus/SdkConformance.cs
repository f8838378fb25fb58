using Hybrid.Messaging.Conformance;

namespace Hybrid.Messaging.Tests.ServiceBus;

public sealed class SdkConformance(SdkFixture fixture) : TransportConformance(fixture), IClassFixture<SdkFixture>;
