namespace Hybrid.EdgeWorker.Journal;

/// <summary>The journal cannot be used: nothing was recorded.</summary>
internal class JournalException(string message, Exception? innerException = null) : Exception(message, innerException);
