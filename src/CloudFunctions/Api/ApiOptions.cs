using Hybrid.CloudFunctions.Settings;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Api;

/// <summary>The HTTP API for clients without a device.</summary>
/// <param name="Deadline">After so long no paid call is made for a prompt: 1 second to 7 days, default 10 minutes.</param>
internal sealed record ApiOptions(TimeSpan Deadline)
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string SectionName = "Api";

    /// <summary>Reads the section.</summary>
    public static ApiOptions Read(IConfiguration configuration, List<string> failures) =>
        new(new SettingsReader(configuration.GetSection(SectionName), failures)
            .Duration(nameof(Deadline), TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)));
}
