using Hybrid.Messaging.Conformance;

[assembly: AssemblyFixture(typeof(AzuriteFixture))]
