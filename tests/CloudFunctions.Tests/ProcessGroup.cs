using Hybrid.Messaging.Conformance;

namespace Hybrid.CloudFunctions.Tests;

/// <summary>Tests that start whole programs, beside those that call handlers, on an Azurite of their own.</summary>
[CollectionDefinition(Processes)]
public sealed class ProcessGroup : ICollectionFixture<AzuriteFixture>
{
    public const string Processes = "processes";
}
