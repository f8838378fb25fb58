using System.Net;

namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>Where a device listens.</summary>
/// <param name="Addresses">Each <c>http</c> or <c>https</c>, <c>localhost</c> or an address.</param>
/// <param name="Source">The setting that says so.</param>
internal sealed record Door(IReadOnlyList<Uri> Addresses, string Source)
{
    /// <summary>Only programs of this machine come in.</summary>
    public static readonly Door Local = new([new Uri("http://127.0.0.1:0")], "");

    /// <summary>Whether other machines can come in: then everybody needs a key.</summary>
    public bool IsBeyond => Addresses.Any(address => !IsLoopback(address.Host));

    /// <summary>Addresses where what is said crosses a network in the clear.</summary>
    public IEnumerable<Uri> Clear => Addresses.Where(address => address.Scheme == Uri.UriSchemeHttp && !IsLoopback(address.Host));

    /// <summary>Whether a certificate is needed.</summary>
    public bool IsTls => Addresses.Any(address => address.Scheme == Uri.UriSchemeHttps);

    /// <summary>
    /// Whether the device's own commands need a way in of their own: they use plain HTTP on this machine, and know no certificate.
    /// </summary>
    public bool NeedsOwnWayIn => !Addresses.Any(address => address.Scheme == Uri.UriSchemeHttp && IsLoopback(address.Host));

    /// <summary>Whether a host name or address is this machine's own, for itself alone.</summary>
    public static bool IsLoopback(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IsLoopback(address));

    /// <summary>The same of an address a connection has.</summary>
    public static bool IsLoopback(IPAddress address) =>
        IPAddress.IsLoopback(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
}
