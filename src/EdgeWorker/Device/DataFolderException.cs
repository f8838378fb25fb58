namespace Hybrid.EdgeWorker.Device;

/// <summary>The data folder cannot be used.</summary>
internal sealed class DataFolderException(string message, Exception? innerException = null) : Exception(message, innerException);
