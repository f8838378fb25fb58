namespace Hybrid.Azurite;

/// <summary>The emulator could not be installed or started.</summary>
/// <param name="message">What happened and how to mend it.</param>
/// <param name="innerException">Where it came from.</param>
/// <param name="toolMissing">Whether Node.js or npm is not there.</param>
public sealed class AzuriteException(string message, Exception? innerException = null, bool toolMissing = false)
    : Exception(message, innerException)
{
    /// <summary>Whether Node.js or npm is not there: tests may be skipped then on a developer's machine.</summary>
    public bool ToolMissing { get; } = toolMissing;
}
