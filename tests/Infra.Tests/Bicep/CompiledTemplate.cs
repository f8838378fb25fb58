namespace Hybrid.Infra.Tests.Bicep;

/// <summary>A compiled template.</summary>
/// <param name="Findings">What compiler and linter found, one line each; warnings too.</param>
/// <param name="Json">The ARM template; null where there were errors.</param>
internal sealed record CompiledTemplate(IReadOnlyList<string> Findings, string? Json);
