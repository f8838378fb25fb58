using Hybrid.Messaging.Claims;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hybrid.Messaging.Tests;

public sealed class MessagingOptionsTests
{
    private const string Secret = "c2VjcmV0LXNlY3JldA==";

    [Fact]
    public async Task Validate_NothingConfigured_IsTheLocalEmulator()
    {
        await using var services = Messengers.With([]);

        services.GetRequiredService<IStartupValidator>().Validate();

        Assert.Equal("UseDevelopmentStorage=true", services.GetRequiredService<IOptions<MessagingOptions>>().Value.ConnectionString);
        Assert.Equal(48 * 1024, services.GetRequiredService<IMessageTransport>().Abilities.MaxBodyBytes);
    }

    [Fact]
    public void Validate_AddressesAndConnectionString_TakesTheIdentity()
    {
        using var services = Messengers.With(new Dictionary<string, string?>
        {
            ["Messaging:ConnectionString"] = "nonsense",
            ["Messaging:QueueServiceUri"] = "https://account.queue.core.windows.net",
            ["Messaging:BlobServiceUri"] = "https://account.blob.core.windows.net",
        });

        services.GetRequiredService<IStartupValidator>().Validate();

        Assert.Equal("account.blob.core.windows.net", services.GetRequiredService<Azure.Storage.Blobs.BlobServiceClient>().Uri.Host);
    }

    [Fact]
    public void Validate_SeveralWrongValues_NamesEachWithKeyValueAndRemedy()
    {
        var failures = FailuresOf(new Dictionary<string, string?>
        {
            ["Messaging:Transport"] = "Pigeon",
            ["Messaging:QueueServiceUri"] = "http://account.queue.core.windows.net",
        });

        Assert.Equal(
            [
                "Messaging:Transport is 'Pigeon'; it must be one of StorageQueue, Amqp, ServiceBus. "
                    + "Set it in appsettings.json or HYBRID__Messaging__Transport.",
                "Messaging:QueueServiceUri is 'http://account.queue.core.windows.net'; it must be an https address, "
                    + "as https://ACCOUNT.queue.core.windows.net. Set it in appsettings.json or HYBRID__Messaging__QueueServiceUri.",
                "Messaging:BlobServiceUri is not set; Messaging:QueueServiceUri is, and the two come together, "
                    + "as https://ACCOUNT.blob.core.windows.net. Set it in appsettings.json or HYBRID__Messaging__BlobServiceUri.",
            ],
            failures);
    }

    [Theory]
    [InlineData("Messaging:Transport", "0")]
    [InlineData("Messaging:Transport", "")]
    [InlineData("Messaging:ConnectionString", "")]
    [InlineData("Messaging:ConnectionString", "AccountName=x;Secret=" + Secret)]
    [InlineData("Messaging:ConnectionString", "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=not base64 " + Secret)]
    [InlineData("Messaging:ConnectionString", "QueueEndpoint=https://x.queue.core.windows.net;SharedAccessSignature=sig=" + Secret)]
    [InlineData("Messaging:QueueServiceUri", "https://x.queue.core.windows.net?sig=" + Secret)]
    [InlineData("Messaging:QueueServiceUri", "https://user:" + Secret + "@x.queue.core.windows.net")]
    [InlineData("Messaging:QueueServiceUri", "queue")]
    public void Validate_WrongValue_IsReportedWithoutItsSecret(string key, string value)
    {
        var failures = FailuresOf(new Dictionary<string, string?> { [key] = value });

        Assert.Contains(failures, failure => failure.StartsWith($"{key} is ", StringComparison.Ordinal));
        Assert.DoesNotContain(failures, failure => failure.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_ServiceBusInTheWrongPackageSetOrWithAnotherBroker_IsNamed()
    {
        var failures = FailuresOf(new Dictionary<string, string?>
        {
            ["Messaging:Transport"] = "ServiceBus",
            ["Messaging:Amqp:Address"] = "amqp://rabbit",
        });

        Assert.Contains(failures, failure => failure.Contains(
            ServiceBusPart.IsBuilt ? "another broker needs Amqp" : "Messaging:Transport is 'ServiceBus'; this build has no Azure.Messaging.ServiceBus; "
                + "build with -p:PackageSet=Full, or take Amqp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task AddMessaging_ResolvedTwice_GivesOneInstance()
    {
        await using var services = Messengers.With([]);

        Assert.Same(services.GetRequiredService<IMessageTransport>(), services.GetRequiredService<IMessageTransport>());
        Assert.Same(services.GetRequiredService<ClaimStore>(), services.GetRequiredService<ClaimStore>());
    }

    private static List<string> FailuresOf(IEnumerable<KeyValuePair<string, string?>> settings)
    {
        using var services = Messengers.With(settings);
        return [.. Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IStartupValidator>().Validate()).Failures];
    }
}
