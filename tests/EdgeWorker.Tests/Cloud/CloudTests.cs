using Hybrid.Messaging.Conformance;

namespace Hybrid.EdgeWorker.Tests.Cloud;

/// <summary>Tests that share a real Azurite, one after the other: the queue of escalations is the same for all devices.</summary>
[CollectionDefinition(Name)]
public sealed class CloudTests : ICollectionFixture<AzuriteFixture>
{
    public const string Name = "cloud";
}
