namespace Hybrid.Infra.Tests.Bicep;

/// <summary>What the compiler did.</summary>
/// <param name="ExitCode">0 where it found no error; warnings leave it 0.</param>
/// <param name="Output">Standard output.</param>
/// <param name="Error">Standard error, where it says what it found.</param>
internal sealed record BicepRun(int ExitCode, string Output, string Error)
{
    /// <summary>Fails unless it ended well and found nothing at all: wrong types are only warnings to it.</summary>
    public void AssertClean() => Assert.True(ExitCode == 0 && string.IsNullOrWhiteSpace(Error), $"Exit code {ExitCode}.\n{Error}{Output}");
}
