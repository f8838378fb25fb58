using System.Net;
using Hybrid.EdgeWorker.Api;
using Hybrid.EdgeWorker.Api.Access;
using Microsoft.Extensions.Configuration;

namespace Hybrid.EdgeWorker.Hosting;

/// <summary>
/// Finds out where the device will listen: <c>Kestrel:Endpoints</c> if there are any, else <c>Api:Url</c>. Certificates are Kestrel's own
/// settings; here it is only checked that there is one where one is needed.
/// </summary>
internal static class DoorReader
{
    public const string KestrelSection = "Kestrel";

    private const string UrlSetting = $"{ApiOptions.SectionName}:{nameof(ApiOptions.Url)}";
    private const string Endpoints = $"{KestrelSection}:Endpoints";
    private const string DefaultCertificate = $"{KestrelSection}:Certificates:Default";

    private const string Rule =
        "an http or https address as http://127.0.0.1:8000: localhost, or an address of this machine; 0.0.0.0 and [::] are all of them";

    /// <param name="configuration">All settings.</param>
    /// <param name="failures">Takes what is wrong.</param>
    public static Door Read(IConfiguration configuration, ICollection<string> failures)
    {
        var endpoints = configuration.GetSection(Endpoints).GetChildren().ToList();
        var source = endpoints.Count > 0 ? Endpoints : UrlSetting;
        (string Key, string? Url, string Certificate)[] places = endpoints.Count > 0
            ? [.. endpoints.Select(endpoint => ($"{endpoint.Path}:Url", endpoint["Url"], $"{endpoint.Path}:Certificate"))]
            : [(UrlSetting, configuration[UrlSetting] ?? new ApiOptions().Url, DefaultCertificate)];
        var addresses = new List<Uri>();
        foreach (var (key, text, certificate) in places)
        {
            if (Parse(text) is not { } address)
            {
                failures.Add(Message(key, text ?? "", Rule));
                continue;
            }

            addresses.Add(address);
            if (address.Scheme == Uri.UriSchemeHttps && Wrong(configuration, certificate) is { } wrong)
            {
                failures.Add($"{key} is '{text}', but {wrong}. Set {DefaultCertificate}:Path (and :Password or :KeyPath), or listen by http.");
            }
        }

        var door = addresses.Count > 0 ? new Door(addresses, source) : Door.Local;
        if (door.IsBeyond && bool.TryParse(configuration[$"{ApiOptions.SectionName}:{nameof(ApiOptions.RequireKey)}"], out var required) && !required)
        {
            failures.Add(Message(
                $"{ApiOptions.SectionName}:{nameof(ApiOptions.RequireKey)}", "false", $"true or not set, because {source} lets other machines in"));
        }

        return door;
    }

    /// <summary>Why a device with this door must not start; null if it may.</summary>
    /// <param name="door">Where it would listen.</param>
    /// <param name="keys">Its keys.</param>
    /// <param name="folder">Its data folder.</param>
    public static string? Refusal(Door door, ApiKeys keys, string folder) => !door.IsBeyond || keys.AnyActive
        ? null
        : $"{door.Source} is '{string.Join(", ", door.Addresses.Select(address => address.OriginalString))}', which other machines can reach, but this device has "
        + $"no API key, so anybody could use it. Make one with hybrid-edge keys add NAME --data \"{folder}\", or listen on this machine only, as "
        + $"{new ApiOptions().Url} (HYBRID__{ApiOptions.SectionName}__{nameof(ApiOptions.Url)}).";

    private static Uri? Parse(string? text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" && url is { AbsolutePath: "/", Query: "", Fragment: "", UserInfo: "" }
        && (url.Host == "localhost" || IPAddress.TryParse(url.Host.Trim('[', ']'), out _))
            ? url
            : null;

    private static string? Wrong(IConfiguration configuration, string own)
    {
        var section = configuration.GetSection(own);
        section = section.Exists() ? section : configuration.GetSection(DefaultCertificate);
        if (!section.Exists())
        {
            return "there is no certificate";
        }

        // Kestrel takes a relative path from the program's folder.
        return section["Path"] is { Length: > 0 } path && !File.Exists(Path.Combine(AppContext.BaseDirectory, path))
            ? $"there is no file {path}"
            : null;
    }

    private static string Message(string key, string value, string rule) =>
        $"{key} is '{value}'; it must be {rule}. Set it in appsettings.json or HYBRID__{key.Replace(":", "__", StringComparison.Ordinal)}.";
}
