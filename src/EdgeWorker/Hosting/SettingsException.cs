namespace Hybrid.EdgeWorker.Hosting;

/// <summary>The configuration is wrong.</summary>
internal sealed class SettingsException(IReadOnlyList<string> failures) : Exception(string.Join(Environment.NewLine, failures))
{
    public IReadOnlyList<string> Failures { get; } = failures;
}
