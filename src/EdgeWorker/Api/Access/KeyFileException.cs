namespace Hybrid.EdgeWorker.Api.Access;

/// <summary>The file of API keys cannot be read or written; until it can, no key is accepted and none is taken for absent.</summary>
internal sealed class KeyFileException(string message, Exception? innerException = null) : Exception(message, innerException);
