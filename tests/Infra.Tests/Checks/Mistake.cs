using Hybrid.Infra.Tests.Bicep;

namespace Hybrid.Infra.Tests.Checks;

/// <summary>A deliberate mistake, made in a copy of the templates.</summary>
internal static class Mistake
{
    /// <summary>Makes it, and demands that the baseline finds it.</summary>
    /// <param name="bicep">The compiler.</param>
    /// <param name="variant">The variant's name.</param>
    /// <param name="file">The file, relative to the folder.</param>
    /// <param name="old">What stands there, exactly once.</param>
    /// <param name="replacement">What stands there then.</param>
    /// <param name="finding">What a finding must hold.</param>
    public static async Task AssertFoundAsync(BicepServer bicep, string variant, string file, string old, string replacement, string finding)
    {
        var chosen = TemplateVariant.Of(variant);
        using var copy = new TemplateCopy();
        copy.Change(file, old, replacement);

        var snapshot = await bicep.SnapshotAsync(copy.ParametersOf(chosen));

        Assert.Contains(await Baseline.FindAsync(snapshot, chosen), line => line.Contains(finding, StringComparison.Ordinal));
    }
}
