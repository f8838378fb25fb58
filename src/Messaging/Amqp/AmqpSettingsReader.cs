using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Hybrid.Contracts;

namespace Hybrid.Messaging.Amqp;

/// <summary>Checks <see cref="AmqpOptions"/> and makes <see cref="AmqpSettings"/> of them; every failure is reported, and no secret.</summary>
internal sealed partial class AmqpSettingsReader
{
    private const int PlainPort = 5672;
    private const int TlsPort = 5671;
    private const int WebSocketPort = 443;
    private const int PlainWebSocketPort = 80;
    private const string NamespaceExample = "NAME.servicebus.windows.net";

    private readonly AmqpOptions _options;
    private readonly Action<string, string, string> _fail;
    private bool _failed;

    private AmqpSettingsReader(AmqpOptions options, Action<string, string, string> fail)
    {
        _options = options;
        _fail = fail;
    }

    /// <summary>Reads the options.</summary>
    /// <param name="options">As they were configured.</param>
    /// <param name="fail">Takes each failure: the key below <see cref="MessagingOptions.SectionName"/>, its value as it may be shown, the demand.</param>
    /// <returns>Null if anything failed.</returns>
    public static AmqpSettings? Read(AmqpOptions options, Action<string, string, string> fail)
    {
        var reader = new AmqpSettingsReader(options, fail);
        var settings = reader.ReadBroker();
        var prefetch = reader.Number(nameof(options.Prefetch), options.Prefetch, 0, 1000);
        var maxBody = reader.Number(nameof(options.MaxBodyBytes), options.MaxBodyBytes, 1024, Limits.AmqpBodyBytesMost);
        var taken = reader.Name(nameof(options.WhenSessionTaken), options.WhenSessionTaken);
        reader.CheckEntities();
        return reader._failed || settings is null
            ? null
            : settings with
            {
                Prefetch = prefetch,
                MaxBodyBytes = maxBody,
                WhenSessionTaken = taken,
                Entities = options.Entities.ToDictionary(StringComparer.Ordinal),
            };
    }

    private AmqpSettings? ReadBroker()
    {
        var webSockets = Truth(nameof(_options.UseWebSockets), _options.UseWebSockets);
        var given = new[] { (nameof(_options.Namespace), _options.Namespace), (nameof(_options.ConnectionString), _options.ConnectionString), (nameof(_options.Address), _options.Address) }
            .Where(pair => !string.IsNullOrWhiteSpace(pair.Item2)).Select(pair => pair.Item1).ToList();
        if (given.Count != 1)
        {
            Fail(
                nameof(_options.Namespace),
                given.Count == 0 ? "not set" : $"set together with another ({string.Join(", ", given)})",
                $"exactly one of Namespace ({NamespaceExample}, by identity), ConnectionString (Service Bus, by key) and Address (another broker, amqps://HOST) says which broker it is");
            return null;
        }

        var settings = given[0] switch
        {
            nameof(_options.Namespace) => ByIdentity(_options.Namespace!, webSockets),
            nameof(_options.ConnectionString) => ByKey(_options.ConnectionString!, webSockets),
            _ => Other(_options.Address!, webSockets),
        };
        if (given[0] != nameof(_options.Address))
        {
            OnlyWithAddress(nameof(_options.User), _options.User, secret: false);
            OnlyWithAddress(nameof(_options.Password), _options.Password, secret: true);
            OnlyWithAddress(nameof(_options.AddressPrefix), _options.AddressPrefix, secret: false);
            OnlyWithAddress(nameof(_options.CertificateAuthority), _options.CertificateAuthority, secret: false);
        }

        return settings;
    }

    private AmqpSettings? ByIdentity(string name, bool webSockets)
    {
        if (!HostName().IsMatch(name))
        {
            Fail(nameof(_options.Namespace), Shown(name), $"it must be the fully qualified name alone, as {NamespaceExample}");
            return null;
        }

        return new AmqpSettings
        {
            IsServiceBus = true,
            Host = name,
            Port = webSockets ? WebSocketPort : TlsPort,
            Wire = webSockets ? AmqpWire.WebSocket : AmqpWire.Tls,
        };
    }

    private AmqpSettings? ByKey(string text, bool webSockets)
    {
        if (ServiceBusConnectionString.TryRead(text, out var parts) is { } wrong)
        {
            Fail(
                nameof(_options.ConnectionString),
                $"a text of {text.Length} characters (not shown)",
                $"{wrong}; it reads as Endpoint=sb://{NamespaceExample}/;SharedAccessKeyName=NAME;SharedAccessKey=KEY");
            return null;
        }

        var wire = (parts!.IsEmulator, webSockets) switch
        {
            (true, true) => AmqpWire.PlainWebSocket,
            (true, false) => AmqpWire.Plain,
            (false, true) => AmqpWire.WebSocket,
            _ => AmqpWire.Tls,
        };
        return new AmqpSettings
        {
            IsServiceBus = true,
            Host = parts.Host,
            Port = parts.Port ?? PortOf(wire),
            Wire = wire,
            Key = parts.Key,
            Signature = parts.Signature,
        };
    }

    private AmqpSettings? Other(string address, bool webSockets)
    {
        if (webSockets)
        {
            Fail(nameof(_options.UseWebSockets), "true", "with Address it must be false: web sockets are for Service Bus");
        }

        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri)
            || uri.Scheme is not ("amqp" or "amqps") || uri.Host.Length == 0
            || uri.UserInfo.Length > 0 || uri.PathAndQuery is not ("/" or "") || uri.Fragment.Length > 0)
        {
            Fail(
                nameof(_options.Address),
                Shown(address),
                "it must be amqps://HOST[:PORT], or amqp://HOST[:PORT] without TLS; user and password have keys of their own");
            return null;
        }

        if (string.IsNullOrEmpty(_options.User) != string.IsNullOrEmpty(_options.Password))
        {
            var missing = string.IsNullOrEmpty(_options.User) ? nameof(_options.User) : nameof(_options.Password);
            Fail(missing, "not set", "User and Password come together; without both, the broker is asked anonymously");
        }

        var wire = uri.Scheme == "amqps" ? AmqpWire.Tls : AmqpWire.Plain;
        return new AmqpSettings
        {
            IsServiceBus = false,
            Host = uri.Host,
            Port = uri.Port > 0 ? uri.Port : PortOf(wire),
            Wire = wire,
            User = string.IsNullOrEmpty(_options.User) ? null : _options.User,
            Password = _options.Password,
            AddressPrefix = _options.AddressPrefix,
            Authorities = ReadAuthorities(wire),
        };
    }

    private X509Certificate2Collection? ReadAuthorities(AmqpWire wire)
    {
        if (string.IsNullOrEmpty(_options.CertificateAuthority))
        {
            return null;
        }

        if (wire != AmqpWire.Tls)
        {
            Fail(nameof(_options.CertificateAuthority), $"'{_options.CertificateAuthority}'", "it is of no use without TLS; give the Address as amqps://HOST, or leave this out");
            return null;
        }

        try
        {
            var certificates = new X509Certificate2Collection();
            certificates.ImportFromPemFile(_options.CertificateAuthority);
            if (certificates.Count > 0)
            {
                return certificates;
            }

            Fail(nameof(_options.CertificateAuthority), $"'{_options.CertificateAuthority}'", "it must be a PEM file with at least one certificate");
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            Fail(nameof(_options.CertificateAuthority), $"'{_options.CertificateAuthority}'", $"it must be a PEM file that can be read ({exception.Message})");
        }

        return null;
    }

    private void CheckEntities()
    {
        foreach (var (name, entity) in _options.Entities)
        {
            var key = $"{nameof(_options.Entities)}:{name}";
            if (string.IsNullOrWhiteSpace(entity) || entity.Length > 260 || entity.Any(char.IsControl))
            {
                // 260: Service Bus, "Service Bus quotas", the longest name of a queue.
                Fail(key, entity.Length == 0 ? "empty" : $"'{entity}'", "it must be the name of a queue at the broker, at most 260 characters");
            }
        }
    }

    private int Number(string key, string text, int least, int most)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
        {
            return value;
        }

        Fail(key, $"'{text}'", $"it must be a number between {least} and {most}");
        return least;
    }

    private bool Truth(string key, string text)
    {
        if (!bool.TryParse(text, out var value))
        {
            Fail(key, $"'{text}'", "it must be true or false");
        }

        return value;
    }

    private SessionTaken Name(string key, string text)
    {
        // Names only: Enum.TryParse would take "7".
        if (Enum.GetNames<SessionTaken>().Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<SessionTaken>(text, ignoreCase: true);
        }

        Fail(key, $"'{text}'", $"it must be one of {string.Join(", ", Enum.GetNames<SessionTaken>())}");
        return default;
    }

    private void OnlyWithAddress(string key, string? value, bool secret)
    {
        if (!string.IsNullOrEmpty(value))
        {
            Fail(key, secret ? "set" : $"'{value}'", "it is for another broker's Address; leave it out for Service Bus");
        }
    }

    private void Fail(string key, string value, string demand)
    {
        _failed = true;
        _fail($"{AmqpOptions.SectionName}:{key}", value, demand);
    }

    private static int PortOf(AmqpWire wire) => wire switch
    {
        AmqpWire.Plain => PlainPort,
        AmqpWire.PlainWebSocket => PlainWebSocketPort,
        AmqpWire.WebSocket => WebSocketPort,
        _ => TlsPort,
    };

    // What stands before an @ or behind a ; may be a secret.
    private static string Shown(string text) =>
        text.AsSpan().ContainsAny("@;=?") ? $"a text of {text.Length} characters (not shown)" : $"'{text}'";

    [GeneratedRegex(@"^(?=.{1,253}\z)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+\z", RegexOptions.CultureInvariant)]
    private static partial Regex HostName();
}
