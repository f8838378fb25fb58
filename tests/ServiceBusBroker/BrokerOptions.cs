using System.Security.Cryptography.X509Certificates;

namespace Hybrid.ServiceBusBroker;

/// <summary>How the broker listens, and what it takes.</summary>
public sealed record BrokerOptions
{
    /// <summary>The port on 127.0.0.1; a free one if 0.</summary>
    public int Port { get; init; }

    /// <summary>The shared access policy.</summary>
    public string KeyName { get; init; } = "RootManageSharedAccessKey";

    /// <summary>Its key; also signs the identity tokens this broker believes.</summary>
    public string Key { get; init; } = "c2VydmljZS1idXMtbGlrZS1icm9rZXI=";

    /// <summary>With a certificate, it listens with TLS.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Whether it listens to web sockets instead.</summary>
    public bool WebSockets { get; init; }

    /// <summary>Whether it takes everybody without a token, as a broker in a plant may.</summary>
    public bool Anonymous { get; init; }

    /// <summary>The largest message, in bytes: Service Bus Standard's.</summary>
    public int MaxMessageBytes { get; init; } = 256 * 1024;
}
