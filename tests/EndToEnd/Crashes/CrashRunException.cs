namespace Hybrid.EndToEnd.Crashes;

/// <summary>A run did not end as promised.</summary>
internal sealed class CrashRunException(string message, Exception? cause = null) : Exception(message, cause);
