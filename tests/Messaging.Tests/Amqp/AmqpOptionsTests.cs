using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Hybrid.Messaging.Tests.Amqp;

public sealed class AmqpOptionsTests
{
    private const string Secret = "c2VjcmV0LXNlY3JldA==";
    private const string Good = "Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=k;SharedAccessKey=" + Secret;

    [Theory]
    [InlineData("Amqp:Namespace", "n.servicebus.windows.net")]
    [InlineData("Amqp:ConnectionString", Good)]
    [InlineData("Amqp:ConnectionString", "Endpoint=sb://localhost:5673;SharedAccessKeyName=k;SharedAccessKey=" + Secret + ";UseDevelopmentEmulator=true;")]
    [InlineData("Amqp:ConnectionString", "Endpoint=sb://n.servicebus.windows.net/;SharedAccessSignature=SharedAccessSignature sr=x&sig=y&se=1&skn=k")]
    [InlineData("Amqp:Address", "amqps://broker.plant")]
    [InlineData("Amqp:Address", "amqp://127.0.0.1:5672")]
    public void Validate_OneBroker_IsInOrder(string key, string value) => Assert.Empty(FailuresOf((key, value)));

    [Fact]
    public void Validate_NoBroker_SaysHowToNameOne()
    {
        var failure = Assert.Single(FailuresOf());

        Assert.StartsWith("Messaging:Amqp:Namespace is not set; exactly one of ", failure, StringComparison.Ordinal);
        Assert.EndsWith("Set it in appsettings.json or HYBRID__Messaging__Amqp__Namespace.", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Validate_TwoBrokers_NamesBoth() =>
        Assert.Contains("(Namespace, Address)", Assert.Single(FailuresOf(("Amqp:Namespace", "n.servicebus.windows.net"), ("Amqp:Address", "amqps://b"))), StringComparison.Ordinal);

    [Fact]
    public void Validate_SeveralWrongValues_ReportsEach()
    {
        var failures = FailuresOf(
            ("Amqp:Address", "http://b"), ("Amqp:Prefetch", "-1"), ("Amqp:MaxBodyBytes", "2000000"), ("Amqp:UseWebSockets", "maybe"),
            ("Amqp:WhenSessionTaken", "1"), ("Amqp:Entities:results", ""));

        Assert.Equal(
            ["Address", "Entities:results", "MaxBodyBytes", "Prefetch", "UseWebSockets", "WhenSessionTaken"],
            failures.Select(failure => failure["Messaging:Amqp:".Length..failure.IndexOf(" is ", StringComparison.Ordinal)]).Order());
        Assert.Contains(failures, failure => failure.EndsWith("HYBRID__Messaging__Amqp__Entities__results.", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Amqp:Namespace", "https://n.servicebus.windows.net")]
    [InlineData("Amqp:Namespace", "localhost")]
    [InlineData("Amqp:Namespace", "n.servicebus.windows.net;SharedAccessKey=" + Secret)]
    [InlineData("Amqp:ConnectionString", "nonsense " + Secret)]
    [InlineData("Amqp:ConnectionString", "Endpoint=https://n/;SharedAccessKeyName=k;SharedAccessKey=" + Secret)]
    [InlineData("Amqp:ConnectionString", "Endpoint=sb://n/;SharedAccessKey=" + Secret)]
    [InlineData("Amqp:ConnectionString", Good + ";EntityPath=q")]
    [InlineData("Amqp:ConnectionString", Good + ";SharedAccessSignature=" + Secret)]
    [InlineData("Amqp:ConnectionString", Good + ";UseDevelopmentEmulator=perhaps")]
    [InlineData("Amqp:Address", "amqps://user:" + Secret + "@broker")]
    [InlineData("Amqp:Address", "broker:5672")]
    [InlineData("Amqp:Address", "amqps://broker/queue")]
    public void Validate_WrongBroker_IsReportedWithoutItsSecret(string key, string value)
    {
        var failures = FailuresOf((key, value));

        Assert.Contains(failures, failure => failure.StartsWith($"Messaging:{key} is ", StringComparison.Ordinal));
        Assert.DoesNotContain(failures, failure => failure.Contains(Secret, StringComparison.Ordinal));
    }

    [Fact]
    public void Validate_KeysOfAnotherBrokerForServiceBus_AreRefusedAndThePasswordStaysSecret()
    {
        var failures = FailuresOf(
            ("Amqp:ConnectionString", Good), ("Amqp:User", "u"), ("Amqp:Password", Secret), ("Amqp:AddressPrefix", "/queue/"), ("Amqp:CertificateAuthority", "ca.pem"));

        Assert.Equal(4, failures.Count);
        Assert.DoesNotContain(failures, failure => failure.Contains(Secret, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Amqp:User", "u", "Messaging:Amqp:Password is not set")]
    [InlineData("Amqp:Password", Secret, "Messaging:Amqp:User is not set")]
    [InlineData("Amqp:UseWebSockets", "true", "Messaging:Amqp:UseWebSockets is true")]
    [InlineData("Amqp:CertificateAuthority", "/no/such/file.pem", "Messaging:Amqp:CertificateAuthority is '/no/such/file.pem'")]
    public void Validate_WrongForAnotherBroker_IsReported(string key, string value, string beginning) =>
        Assert.StartsWith(beginning, Assert.Single(FailuresOf(("Amqp:Address", "amqps://broker"), (key, value))), StringComparison.Ordinal);

    [Fact]
    public void Validate_BlobsByIdentityAlone_IsEnough() => Assert.Empty(FailuresOf(
        ("Amqp:Namespace", "n.servicebus.windows.net"), ("BlobServiceUri", "https://a.blob.core.windows.net")));

    [Fact]
    public void Validate_NoStorageAccount_SaysWhatItIsFor() => Assert.Contains(
        "claims and outcomes are kept there", Assert.Single(FailuresOf(("Amqp:Namespace", "n.servicebus.windows.net"), ("ConnectionString", ""))), StringComparison.Ordinal);

    [Fact]
    public async Task Abilities_OfEachKind_AreDeclared()
    {
        await using var bus = Transports.By(("Amqp:ConnectionString", Good), ("Amqp:MaxBodyBytes", "100000"));
        await using var plain = Transports.By(("Amqp:Address", "amqps://broker"));

        Assert.Equal(new TransportAbilities(100_000, CreatesQueues: false, Ordered: true, CountsDeliveries: true, DropsDuplicates: false), bus.Abilities);
        Assert.Equal(new TransportAbilities(196_608, CreatesQueues: false, Ordered: false, CountsDeliveries: true, DropsDuplicates: false), plain.Abilities);
    }

    private static List<string> FailuresOf(params (string Key, string Value)[] settings)
    {
        using var services = Messengers.With(
            settings.Append(("Transport", "Amqp")).Select(setting => KeyValuePair.Create($"Messaging:{setting.Item1}", (string?)setting.Item2)));
        try
        {
            services.GetRequiredService<IStartupValidator>().Validate();
            return [];
        }
        catch (OptionsValidationException exception)
        {
            return [.. exception.Failures];
        }
    }
}
