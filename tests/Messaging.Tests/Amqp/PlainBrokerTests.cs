using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Hybrid.ServiceBusBroker;

namespace Hybrid.Messaging.Tests.Amqp;

/// <summary>Any broker over TLS, with a certificate of the plant's own authority.</summary>
public sealed class PlainBrokerTests : IDisposable
{
    private static readonly TimeSpan Lock = TimeSpan.FromMinutes(1);
    private static readonly QueueAddress Orders = new("orders");
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Tls_AuthorityTrusted_Works()
    {
        using var certificate = Certificate();
        var authority = Path.Combine(_folder.Path, "ca.pem");
        await File.WriteAllTextAsync(authority, certificate.ExportCertificatePem(), Token);
        await using var broker = await StartAsync(certificate);
        await using var transport = Transports.By(("Amqp:Address", $"amqps://localhost:{broker.Port}"), ("Amqp:CertificateAuthority", authority));
        var queue = transport.Open(Orders);

        await queue.SendAsync(new OutgoingMessage("1", "{}"u8.ToArray()), Token);

        Assert.True(await queue.CompleteAsync(Assert.Single(await queue.ReceiveAsync(1, Lock, TimeSpan.FromSeconds(20), Token)), Token));
    }

    [Fact]
    public async Task Tls_AuthorityNotTrusted_IsDeniedWithTheRemedy()
    {
        using var certificate = Certificate();
        await using var broker = await StartAsync(certificate);
        await using var transport = Transports.By(("Amqp:Address", $"amqps://localhost:{broker.Port}"));

        var failure = await Assert.ThrowsAsync<MessagingException>(
            () => transport.Open(Orders).SendAsync(new OutgoingMessage("1", "{}"u8.ToArray()), Token));

        Assert.Equal(MessagingFailure.Denied, failure.Kind);
        Assert.Contains("Messaging:Amqp:CertificateAuthority", failure.Message, StringComparison.Ordinal);
    }

    private static async Task<Broker> StartAsync(X509Certificate2 certificate)
    {
        var broker = new Broker(new BrokerOptions { Certificate = certificate, Anonymous = true }, TimeProvider.System);
        await broker.AddQueueAsync(Orders.Name, new BrokerQueueOptions());
        broker.Start();
        return broker;
    }

    private static X509Certificate2 Certificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
