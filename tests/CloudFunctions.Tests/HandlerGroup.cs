using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests;

/// <summary>Tests that call handlers. One after the other: all share one Azurite and the queues whose names are fixed.</summary>
[CollectionDefinition(Handlers)]
public sealed class HandlerGroup : ICollectionFixture<AzuriteFixture>
{
    public const string Handlers = "handlers";
}
