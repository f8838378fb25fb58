using Hybrid.CloudFunctions.Settings;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Claims;

/// <summary>How long the data of large events are kept for nobody.</summary>
/// <param name="KeepFor">
/// 31 to 365 days, default 37: longer than the longest deadline a device allows, 30 days, so that whatever still waits on a queue, poisoned
/// or not, has expired on its device before.
/// </param>
internal sealed record ClaimOptions(TimeSpan KeepFor)
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string SectionName = "Claims";

    /// <summary>Reads the section.</summary>
    public static ClaimOptions Read(IConfiguration configuration, List<string> failures) =>
        new(new SettingsReader(configuration.GetSection(SectionName), failures)
            .Duration(nameof(KeepFor), TimeSpan.FromDays(37), TimeSpan.FromDays(31), TimeSpan.FromDays(365)));
}
