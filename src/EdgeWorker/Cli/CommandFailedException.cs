namespace Hybrid.EdgeWorker.Cli;

/// <summary>A command could not do what it was asked.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
