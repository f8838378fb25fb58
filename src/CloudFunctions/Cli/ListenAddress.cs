using System.Net;

namespace Hybrid.CloudFunctions.Cli;

/// <summary>Where <c>--standalone</c> listens: this machine only, since nobody is asked for a key.</summary>
internal static class ListenAddress
{
    /// <summary>The port that Core Tools use too.</summary>
    public const string Default = "http://127.0.0.1:7071";

    /// <summary>Reads an address.</summary>
    /// <returns>Null if it is none this program may listen on.</returns>
    public static IPEndPoint? Parse(string value)
    {
        if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp || uri.PathAndQuery != "/")
        {
            return null;
        }

        return uri.Host == "localhost" ? new IPEndPoint(IPAddress.Loopback, uri.Port)
            : IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address)
                ? new IPEndPoint(address, uri.Port)
                : null;
    }
}
