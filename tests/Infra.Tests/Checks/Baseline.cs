using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>Every check of a deployment.</summary>
internal static class Baseline
{
    /// <summary>What any of them finds, one line each.</summary>
    public static async Task<IReadOnlyList<string>> FindAsync(Snapshot snapshot, TemplateVariant variant) =>
    [
        .. SecurityBaseline.Find(snapshot, variant),
        .. NetworkBaseline.Find(snapshot, variant),
        .. RoleBaseline.Find(snapshot, variant),
        .. QueueBaseline.Find(snapshot, variant),
        .. AddressBaseline.Find(snapshot, variant),
        .. variant.NeedsFullBuild ? [] : await SettingBaseline.FindAsync(snapshot, variant.OnBus),
        .. DiagnosticBaseline.Find(snapshot, variant),
        .. AlertBaseline.Find(snapshot, variant),
        .. MoneyBaseline.Find(snapshot, variant),
    ];
}
