namespace Hybrid.CloudFunctions.Tests.Hosting;

/// <summary>Keeps what a program prints, and tells when it prints a certain line.</summary>
internal sealed class SignallingWriter(string awaited) : StringWriter
{
    private readonly TaskCompletionSource<string> _line = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The first line that begins as awaited.</summary>
    public Task<string> Line => _line.Task;

    public override Task WriteLineAsync(string? value)
    {
        if (value?.StartsWith(awaited, StringComparison.Ordinal) == true)
        {
            _line.TrySetResult(value);
        }

        return base.WriteLineAsync(value);
    }
}
