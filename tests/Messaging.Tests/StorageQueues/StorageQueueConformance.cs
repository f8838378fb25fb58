using Hybrid.Messaging.Conformance;

namespace Hybrid.Messaging.Tests.StorageQueues;

public sealed class StorageQueueConformance(StorageQueueFixture fixture)
    : TransportConformance(fixture), IClassFixture<StorageQueueFixture>;
