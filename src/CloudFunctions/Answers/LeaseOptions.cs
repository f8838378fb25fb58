using Hybrid.CloudFunctions.Settings;
using Microsoft.Extensions.Configuration;

namespace Hybrid.CloudFunctions.Answers;

/// <summary>How long work stays ours without a sign of life.</summary>
/// <param name="Duration">
/// 15 to 60 seconds (the bounds of a blob lease), default 30. Shorter: a crash is mended sooner. Longer: a slow network does less harm.
/// </param>
internal sealed record LeaseOptions(TimeSpan Duration)
{
    /// <summary>The section of <c>appsettings.json</c>.</summary>
    public const string SectionName = "Lease";

    private static readonly TimeSpan Least = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Absent = TimeSpan.FromSeconds(30);

    /// <summary>Reads the section.</summary>
    public static LeaseOptions Read(IConfiguration configuration, List<string> failures) =>
        new(new SettingsReader(configuration.GetSection(SectionName), failures).Duration(nameof(Duration), Absent, Least, Most));
}
